import Octets
import Syscalls
import Testing
@testable import Logs
@testable import Master
@testable import Scoreboard

@Suite("The requests that a worker leaves behind")
struct InFlightTableTests {
    private func begin(
        _ requests: InFlightRequests, _ target: String, method: String = "GET", client: String = "10.0.0.1",
        id: String = "", number: UInt64 = 7
    ) -> Int {
        let texts = [method, target, client, id].map { Array($0.utf8) }
        return texts[0].withUnsafeBufferPointer { method in
            texts[1].withUnsafeBufferPointer { target in
                texts[2].withUnsafeBufferPointer { client in
                    texts[3].withUnsafeBufferPointer { id in
                        requests.begin(
                            method: method, target: target, client: client, passedID: id, number: number,
                            since: 5, minorVersion: 1)
                    }
                }
            }
        }
    }

    private func targets(_ table: InFlightTable) -> [String] {
        table.lost().requests.map { String(decoding: $0.target, as: UTF8.self) }
    }

    @Test("What has begun is found; what is over is found with its answer, until its line is written")
    func life() throws {
        let table = try InFlightTable(connections: 100)
        let requests = InFlightRequests(table)
        #expect(table.lost().requests.isEmpty && table.lost().unlisted == 0)
        let first = begin(requests, "/a", id: "given")
        let second = begin(requests, "/b", client: "")
        let expected = LostRequest(
            method: Array("GET".utf8), target: Array("/a".utf8), client: Array("10.0.0.1".utf8),
            passedID: Array("given".utf8), number: 7, since: 5, minorVersion: 1, status: nil, bodySent: 0)
        #expect(table.lost().requests.first == expected)
        #expect(targets(table) == ["/a", "/b"])
        requests.ended(first, status: 204, bodySent: 9)
        #expect(targets(table) == ["/a", "/b"])
        #expect(table.lost().requests[0].status == 204 && table.lost().requests[0].bodySent == 9)
        requests.strikeOut()
        #expect(targets(table) == ["/b"])
        // The place is used again, and only then.
        #expect(begin(requests, "/c") == first)
        requests.ended(second, status: 200, bodySent: 0)
        requests.strikeOut()
        #expect(targets(table) == ["/c"])
        #expect(table.lost().requests[0].status == nil && table.lost().requests[0].bodySent == 0)
    }

    @Test("Another process finds what a dead one has left")
    func afterDeath() throws {
        let table = try InFlightTable(connections: 100)
        let pid = try ChildProcess.fork(diesWithParent: false)
        if pid == 0 {
            _ = begin(InFlightRequests(table), "/left")
            SystemProcess.exitImmediately(0)
        }
        ChildProcess.wait(pid)
        #expect(targets(table) == ["/left"])
    }

    @Test("Long texts are cut to a slot, and reach into no other")
    func long() throws {
        let table = try InFlightTable(connections: 100)
        let requests = InFlightRequests(table)
        let long = String(repeating: "x", count: 10_000)
        _ = begin(requests, long, method: long, client: long, id: String(repeating: "i", count: 128))
        _ = begin(requests, "/next", method: "POST")
        let lost = table.lost().requests
        #expect(lost[0].method.count == InFlightTable.methodLimit)
        #expect(lost[0].client.count == InFlightTable.clientLimit)
        #expect(lost[0].passedID.count == RequestID.limit)
        #expect(lost[0].target.count == 224 - 16 - 46 - 128)
        #expect(lost[1].target == Array("/next".utf8) && lost[1].method == Array("POST".utf8))
    }

    @Test("Requests beyond the table are counted, and not any more when they are over")
    func full() throws {
        let table = try InFlightTable(connections: 1)
        let requests = InFlightRequests(table)
        let slots = (0..<table.capacity + 2).map { _ in begin(requests, "/") }
        #expect(slots.suffix(2) == [-1, -1])
        #expect(table.lost().requests.count == table.capacity && table.lost().unlisted == 2)
        requests.ended(-1, status: 200, bodySent: 0)
        #expect(table.lost().unlisted == 1)
        #expect(try InFlightTable(connections: .max).capacity == InFlightTable.limit)
    }

    @Test("Nonsense from a worker stays within the table")
    func nonsense() throws {
        let table = try InFlightTable(connections: 64)
        table.setHighest(.max)
        table.countUnlisted(by: -1)
        #expect(table.lost().unlisted == InFlightTable.limit)
        for slot in 0..<table.capacity { table.words(slot).update(repeating: .max) }
        let lost = table.lost()
        #expect(lost.requests.count == table.capacity)
        for request in lost.requests {
            let count =
                request.method.count + request.target.count + request.client.count + request.passedID.count
            #expect(count == 224 && request.status == nil)
        }
        // Nothing of it keeps a line from being made.
        try withTemporaryFolder { folder in
            let log = try AccessLog(folder + "/access", format: LogFormat("json"), worker: 1)
            for request in lost.requests.prefix(2) { log.append(request, ended: .worker, now: 6) }
            log.flush()
            let text = Files.text(folder + "/access") ?? ""
            #expect(text.split(separator: "\n").count == 2 && text.hasSuffix("}\n"))
        }
    }

    @Test(
        "The line of a lost request",
        arguments: [
            (nil, .worker, "500 worker 0"), (nil, .stopped, "503 stopped 0"),
            (204, .worker, "204 complete 9"),
        ] as [(Int?, RequestEnding, String)])
    func line(_ status: Int?, _ ending: RequestEnding, _ end: String) throws {
        try withTemporaryFolder { folder in
            let log = try AccessLog(
                folder + "/access",
                format: LogFormat("%(h)s \"%(r)s\" %(q)s %(id)s %(D)s %(pid)s %(s)s %(ended)s %(B)s"),
                worker: 1, pid: 41)
            let request = LostRequest(
                method: Array("GET".utf8), target: Array("/a?\"\n".utf8), client: [], passedID: [],
                number: 0xABC, since: 5, minorVersion: 0, status: status, bodySent: 9)
            log.append(request, ended: ending, now: 12)
            log.flush()
            #expect(
                Files.text(folder + "/access")
                    == #"- "GET /a?\x22\x0A HTTP/1.0" \x22\x0A 0000000000000abc 7000 41 "# + end + "\n")
        }
    }
}
