import Synchronization
import Syscalls
import Testing
@testable import Scoreboard

@Suite("The record of the current request")
struct RequestRecordTests {
    private func write(
        _ record: RequestRecord, _ method: String, _ target: String, _ client: String, since: UInt64
    ) {
        let texts = [Array(method.utf8), Array(target.utf8), Array(client.utf8)]
        texts[0].withUnsafeBufferPointer { method in
            texts[1].withUnsafeBufferPointer { target in
                texts[2].withUnsafeBufferPointer { client in
                    record.write(method: method, target: target, client: client, since: since)
                }
            }
        }
    }

    @Test("What was written is read, until it is cleared", arguments: [0, 1, 255])
    func roundTrip(_ worker: Int) throws {
        let scoreboard = try Scoreboard()
        let record = scoreboard.record(worker: worker)
        #expect(record.read() == nil)
        for (target, client) in [
            ("/a", "10.0.0.1"), ("/12345678", ""), ("", "::1"), ("/ä", "1234567890abcdef"),
        ] {
            write(record, "GET", target, client, since: 99)
            #expect(
                record.read() == CurrentRequest(method: "GET", target: target, client: client, since: 99))
        }
        record.clear()
        #expect(record.read() == nil)
        #expect(scoreboard.record(worker: worker == 0 ? 1 : worker - 1).read() == nil)
    }

    @Test("Long texts are cut to what the record holds, and reach into nothing else")
    func long() throws {
        let scoreboard = try Scoreboard()
        let long = String(repeating: "x", count: 10_000)
        write(scoreboard.record(worker: 7), long, long, long, since: 1)
        let found = try #require(scoreboard.record(worker: 7).read())
        #expect(found.method.utf8.count == RequestRecord.methodLimit)
        #expect(found.target.utf8.count == RequestRecord.targetLimit)
        #expect(found.client.utf8.count == RequestRecord.clientLimit)
        #expect(scoreboard.record(worker: 6).read() == nil && scoreboard.record(worker: 8).read() == nil)
    }

    @Test("Nonsense in the lengths is held to the limits")
    func nonsense() throws {
        let scoreboard = try Scoreboard()
        let record = scoreboard.record(worker: 1)
        record.words[2].store(1 << 24 | 0xFF_FFFF, ordering: .relaxed)
        #expect(record.read()?.target.unicodeScalars.count == RequestRecord.targetLimit)
        record.words[2].store(.max, ordering: .relaxed)
        #expect(record.read() == nil)
    }

    @Test(
        "A writer that died in the middle leaves nothing, and its successor writes as if it had not been there"
    )
    func deadWriter() throws {
        let scoreboard = try Scoreboard()
        let record = scoreboard.record(worker: 1)
        write(record, "GET", "/a", "", since: 1)
        record.words[0].add(1, ordering: .relaxed)
        #expect(record.read() == nil)
        write(record, "GET", "/b", "", since: 2)
        #expect(record.read()?.target == "/b")
        record.words[0].add(1, ordering: .relaxed)
        _ = scoreboard.clear(worker: 1)
        #expect(record.read() == nil)
    }

    @Test("A reader never sees half of one request and half of another")
    func torn() throws {
        let scoreboard = try Scoreboard()
        // Another process, which stops when it is told to, writes requests whose parts all name the same number.
        let pid = try ChildProcess.fork(diesWithParent: false)
        if pid == 0 {
            let record = scoreboard.record(worker: 1)
            let bytes = (0..<26).map { letter in [UInt8](repeating: UInt8(97 + letter), count: 160) }
            for round in 0..<200_000_000 {
                if scoreboard.state(worker: 2) == .draining { break }
                bytes[round % 26].withUnsafeBufferPointer { text in
                    record.write(
                        method: UnsafeBufferPointer(rebasing: text[..<(round % 16 + 1)]), target: text,
                        client: UnsafeBufferPointer(rebasing: text[..<40]), since: UInt64(round % 26))
                }
            }
            SystemProcess.exitImmediately(0)
        }
        defer {
            scoreboard.setState(.draining, worker: 2)
            ChildProcess.wait(pid)
        }
        let record = scoreboard.record(worker: 1)
        var seen = Set<UInt64>()
        var whole = 0
        let end = Clock.monotonicMilliseconds() + 20_000
        while whole < 20_000 || seen.count < 26, Clock.monotonicMilliseconds() < end {
            guard let found = record.read() else { continue }
            whole += 1
            seen.insert(found.since)
            let letter = Character(UnicodeScalar(UInt8(97 + found.since)))
            let isWhole = (found.method + found.target + found.client).allSatisfy { $0 == letter }
            try #require(isWhole && found.target.count == 160 && found.client.count == 40, "torn: \(found)")
        }
        #expect(whole >= 20_000 && seen.count == 26)
    }

    @Test("What a worker says of itself is read as it was written, and is gone when its place is cleared")
    func words() throws {
        let scoreboard = try Scoreboard()
        #expect(scoreboard.state(worker: 9) == .absent)
        scoreboard.setState(.serving, worker: 9)
        scoreboard.setIdentity(age: 12, pid: 4711, startedAt: 5, worker: 9)
        scoreboard.setHeartbeat(8, worker: 9)
        scoreboard.setConnections(3, worker: 9)
        scoreboard.setMemory(1 << 40, worker: 9)
        scoreboard.countRequest(worker: 9)
        scoreboard.countRequestOfAnyThread(worker: 9)
        scoreboard.setWantsReplacement(.memory, worker: 9)
        write(scoreboard.record(worker: 9), "PUT", "/x", "::1", since: 6)
        #expect(scoreboard.state(worker: 9) == .serving)
        #expect(scoreboard.identity(worker: 9).age == 12 && scoreboard.identity(worker: 9).pid == 4711)
        #expect(scoreboard.startedAt(worker: 9) == 5 && scoreboard.heartbeat(worker: 9) == 8)
        #expect(scoreboard.requests(worker: 9) == 2 && scoreboard.connections(worker: 9) == 3)
        #expect(scoreboard.memory(worker: 9) == 1 << 40 && scoreboard.wantsReplacement(worker: 9) == .memory)
        let current = CurrentRequest(method: "PUT", target: "/x", client: "::1", since: 6)
        #expect(scoreboard.record(worker: 9).read() == current)
        _ = scoreboard.clear(worker: 9)
        #expect(scoreboard.identity(worker: 9).pid == 0 && scoreboard.wantsReplacement(worker: 9) == .none)
        #expect(scoreboard.record(worker: 9).read() == nil)
    }
}
