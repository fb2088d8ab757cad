// How many processes run is counted in /proc at every turn, never asked of the gateway.

import Syscalls
import Testing

@Suite("Processes that come and go with the load", .serialized)
struct ScalingTests {
    /// Counts an application's processes again and again.
    private final class Count {
        private let gateway: GatewayProcess
        private let name: String
        private(set) var most = 0
        /// Processes at the most that did not accept yet.
        private(set) var mostBooting = 0
        private(set) var now = 0

        init(_ name: String, _ gateway: GatewayProcess) {
            (self.name, self.gateway) = (name, gateway)
        }

        func look() {
            let pids = gateway.pids(of: name)
            // Read later: what has become ready meanwhile counts as ready.
            let ready = TextFile.read(gateway.folder / "boots").lines.compactMap { ProcessID($0) }
            now = pids.count
            most = max(most, now)
            mostBooting = max(mostBooting, pids.count { !ready.contains($0) })
        }
    }

    @Test(
        "On demand: none without requests, no more than allowed with hundreds, none afterwards",
        .timeLimit(.minutes(5)))
    func onDemand() throws {
        let file = SiteFile([
            "lazy": [
                "scaling: ondemand", "processes: 4", "idle-timeout: 1", "env: [ BOOT_LOG=boots, BOOT_MS=50 ]",
            ],
            "other": ["scaling: ondemand", "processes: 2", "idle-timeout: 1"],
        ])
        try withSite(file) { gateway in
            let count = Count("lazy", gateway)
            #expect(gateway.pids(of: "lazy").isEmpty && gateway.pids(of: "other").isEmpty)
            #expect(try gateway.get("/lazy/").status == 200)
            count.look()
            #expect(count.now == 1)
            #expect(gateway.pids(of: "other").isEmpty)

            let crowd = try Crowd(of: 200, at: gateway, isKept: false, requestsEach: 2) { _, _ in "/lazy/?d=3"
            }
            try crowd.run {
                count.look()
                return crowd.isDone
            }
            #expect(crowd.failures == [])
            #expect((2...4).contains(count.most), "\(count.most) processes")
            try eventually("all have ended") {
                count.look()
                return count.now == 0
            }
            #expect(count.most <= 4)

            // It serves again, and what crashes is nobody's loss until the next request.
            for _ in 0..<3 { #expect(try gateway.get("/lazy/").status == 200) }
            func starts() -> Int { TextFile.read(gateway.folder / "boots").lines.count }
            // What has a body is not sent a second time.
            let client = try gateway.connect()
            client.send("POST /lazy/?exit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(try client.receive().status == 502)
            try eventually("it has ended") { gateway.hasLogged("lazy: application", "exited with code 1") }
            let before = starts()
            // As long as another one lives, which is many turns of the master, nothing of this one starts.
            #expect(try gateway.get("/other/").status == 200)
            try eventually("the other one has come and gone") { gateway.pids(of: "other").isEmpty }
            #expect(starts() == before)
            #expect(try gateway.get("/lazy/").status == 200)
            #expect(starts() == before + 1)
        }
    }

    @Test(
        "On demand: what dies of each request starts after pauses only, and is forgiven",
        .timeLimit(.minutes(5)))
    func deadlyRequests() throws {
        let file = SiteFile(["lazy": ["scaling: ondemand", "processes: 1", "idle-timeout: 1"]])
        try withSite(file) { gateway in
            try eventually("the pause is long enough to be said") {
                let status = try gateway.get("/lazy/?exit").status
                #expect(status == 502 || status == 503)
                return gateway.hasLogged("lazy: application 1 ends soon after its start; next start in")
            }
            try eventually("its requests are turned away") { try gateway.get("/lazy/").status == 503 }
            try eventually("that is said") { gateway.hasLogged("lazy: failed") }
            try eventually("the next request after the pause is served") {
                try gateway.get("/lazy/").status == 200
            }
            try eventually("that is said") { gateway.hasLogged("[info]", "lazy: ready") }
        }
    }

    @Test(
        "Dynamic: the least, a spare one, more under load but few at a time, and back to the least",
        .timeLimit(.minutes(5)))
    func dynamic() throws {
        let file = SiteFile([
            "grows": [
                "scaling: dynamic", "min-processes: 2", "spare-processes: 1", "processes: 7",
                "idle-timeout: 1",
                "env: [ BOOT_LOG=boots, BOOT_MS=100 ]",
            ]
        ])
        try withSite(file) { gateway in
            let count = Count("grows", gateway)
            count.look()
            #expect(count.now == 2)

            // One is busy, one is spare; then two are, and a third one is the spare one.
            var clients: [HTTPClient] = []
            let gate = gateway.folder / "gate"
            func hold(_ total: Int) throws {
                while clients.count < total {
                    clients.append(try gateway.connect())
                    clients[clients.count - 1].send("GET /grows/?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                }
                try eventually("\(total) requests are being served") {
                    count.look()
                    return gateway.calls.count == min(total, 7)
                }
            }
            for (busy, processes) in [(1, 2), (2, 3), (5, 6), (9, 7)] {
                try hold(busy)
                try eventually("\(processes) processes run") {
                    count.look()
                    return count.now == processes
                }
            }
            try TextFile.write("", to: gate)
            for client in clients { #expect(try client.receive().status == 200) }
            clients = []
            try eventually("the least is left") {
                count.look()
                return count.now == 2
            }
            let crowd = try Crowd(of: 50, at: gateway, isKept: true, requestsEach: 10) { _, _ in "/grows/?d=3"
            }
            try crowd.run {
                count.look()
                return crowd.isDone
            }
            #expect(crowd.failures == [])
            #expect(count.most == 7)
            #expect(
                count.mostBooting <= max(2, SystemProcess.processorCount),
                "\(count.mostBooting) booted at once")
            crowd.stop()
            try eventually("the least is left again") {
                count.look()
                return count.now == 2
            }
            #expect(try gateway.get("/grows/").status == 200)
            #expect(count.most == 7)
        }
    }

    @Test("Requests that arrive as the last process leaves are answered", .timeLimit(.minutes(5)))
    func edge() throws {
        let file = SiteFile([
            "lazy": ["scaling: ondemand", "processes: 1", "idle-timeout: 1"]
        ])
        try withSite(file) { gateway in
            for _ in 0..<3 {
                let client = try gateway.connect()
                client.send("GET /lazy/pid HTTP/1.1\r\nHost: a\r\n\r\n")
                let first = try client.receive().text
                try eventually("it is about to leave, or has left") {
                    let pids = gateway.pids(of: "lazy")
                    return pids.isEmpty || pids.allSatisfy { Files.text("/proc/\($0)/stat") == nil }
                }
                client.send("GET /lazy/pid HTTP/1.1\r\nHost: a\r\n\r\n")
                let second = try client.receive()
                #expect(second.status == 200 && second.text != first)
            }
        }
    }
}
