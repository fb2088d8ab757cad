import Syscalls
import Testing

@Suite("Many requests for the few processes of several applications", .serialized)
struct PoolQueueTests {
    private final class Times {
        var sent: [String: UInt64] = [:]
    }

    @Test(
        "Eight workers, four processes, a thousand clients: all are answered, and the oldest first",
        .timeLimit(.minutes(5)))
    func atTheLimit() throws {
        var file = SiteFile(["busy": ["processes: 4"], "other": ["processes: 1"]])
        file.general = ["bind: 127.0.0.1:0", "workers: 8"]
        try withSite(file) { gateway in
            let times = Times()
            let crowd = try Crowd(of: 1000, at: gateway, isKept: false, requestsEach: 2) { client, number in
                let target = "/busy/?d=2&client=\(client)&number=\(number)"
                times.sent[target] = Clock.monotonicMilliseconds()
                return target
            }
            try crowd.finish()
            #expect(crowd.failures == [])
            // In the order of the application: how long after a request one was sent that was served before it.
            let served = gateway.calls.compactMap { times.sent[String($0.dropFirst(4))] }
            #expect(served.count == 2000)
            var (latest, overtaken) = (UInt64(0), UInt64(0))
            for time in served {
                latest = max(latest, time)
                overtaken = max(overtaken, latest - time)
            }
            // In a queue of one worker nobody is overtaken; between workers, by a few milliseconds, and by what a slow
            // machine takes to accept a connection. The newest first would be all of the longest wait.
            #expect(
                overtaken < max(2000, crowd.longestWait / 2),
                "a request was overtaken by one that was sent \(overtaken) ms later")
            #expect(gateway.pids(of: "busy").count == 4)
        }
    }

    @Test(
        "A full queue, a long wait and a client that left are those of one application",
        .timeLimit(.minutes(5)))
    func queue() throws {
        var file = SiteFile([
            "busy": ["processes: 1", "queue-size: 2", "queue-timeout: 6"], "other": ["processes: 1"],
        ])
        file.general = ["bind: 127.0.0.1:0", "workers: 1"]
        try withSite(file) { gateway in
            let gate = gateway.folder / "gate"
            let first = try gateway.connect()
            first.send("GET /busy/?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the process is busy") { gateway.calls.count == 1 }

            let leaving = try gateway.connect()
            leaving.send("GET /busy/?left HTTP/1.1\r\nHost: a\r\n\r\n")
            let waiting = try gateway.connect()
            waiting.send("GET /busy/?waited HTTP/1.1\r\nHost: a\r\n\r\n")
            // The worker has one loop: what came before has reached it when this is answered.
            #expect(try gateway.get("/other/").status == 200)
            let start = Clock.monotonicMilliseconds()
            let refused = try gateway.get("/busy/?refused")
            #expect(refused.status == 503 && refused["Retry-After"].flatMap { Int($0) } != nil)
            // Not after --queue-timeout.
            #expect(Clock.monotonicMilliseconds() - start < 5000)

            leaving.reset()
            #expect(try gateway.get("/other/").status == 200)
            let next = try gateway.connect()
            next.send("GET /busy/?next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try gateway.get("/other/").status == 200)

            let late = try waiting.receive()
            #expect(late.status == 503 && late["Retry-After"].flatMap { Int($0) } != nil)
            #expect(gateway.hasLogged("busy: no free process within 6 s for GET /busy/?waited"))
            try TextFile.write("", to: gate)
            #expect(try first.receive().status == 200)
            // It came later, and had its time: or was late by itself where the machine is slow.
            #expect([200, 503].contains(try next.receive().status))
            #expect(try gateway.get("/busy/").status == 200)
            for never in ["left", "waited", "refused"] {
                #expect(!gateway.calls.contains("GET /busy/?\(never)"))
            }
        }
    }

    @Test(
        "A process that hangs while it is to leave is ended, and its place is not lost",
        .timeLimit(.minutes(5)))
    func hungOnItsWayOut() throws {
        var file = SiteFile(["one": ["processes: 1", "process-max-age: 1", "timeout: 3"]])
        file.general += ["graceful-timeout: 300"]
        try withSite(file) { gateway in
            let hung = try gateway.connect()
            hung.send("GET /one/?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it hangs") { gateway.calls.count == 1 }
            let pid = try #require(gateway.pids(of: "one").first)
            try eventually("it has a successor") { gateway.hasLogged("one: application 1", "is replaced") }
            #expect(try gateway.get("/one/").status == 200)
            #expect(try hung.receive().status == 504)
            // Not only after --graceful-timeout.
            try eventually("it has ended") { !gateway.pids(of: "one").contains(pid) }
            #expect(gateway.hasLogged("(pid \(pid)) timed out, KILL is sent to it"))
            #expect(try gateway.get("/one/").status == 200)
        }
    }
}
