// However a gateway with several applications ends, none of their processes is left. That is looked for at the end of
// every test; here are the ways.

import Syscalls
import Testing

@Suite("The end of several applications", .serialized)
struct PoolEndTests {
    private static let site = SiteFile([
        "one": ["processes: 2"],
        "lazy": ["scaling: ondemand", "processes: 2", "env: [ BOOT_LOG=boots, BOOT_MS=500 ]"],
        "grows": ["scaling: dynamic", "processes: 3", "process-max-age: 1"],
        "broken": ["run: exec:./broken.sh", "processes: 1"],
    ])

    private func withGateway(_ body: (GatewayProcess) throws -> Void) throws {
        try withSite(Self.site, prepare: { try $0.addScript("broken.sh", "exit 3") }, body)
    }

    @Test(
        "TERM finishes what is under way, also where a process has yet to start for it",
        .timeLimit(.minutes(5)))
    func graceful() throws {
        try withGateway { gateway in
            let gate = gateway.folder / "gate"
            let names = ["one", "lazy", "grows"]
            let clients = try names.map { name in
                let client = try gateway.connect()
                client.send("GET /\(name)/?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            try eventually("two are under way, and a process boots for the third") {
                gateway.calls.count >= 2 && !gateway.pids(of: "lazy").isEmpty
            }
            gateway.signal(.term)
            try eventually("it is stopping") { gateway.hasLogged("stopping") }
            try TextFile.write("", to: gate)
            for client in clients { #expect(try client.receive().status == 200) }
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test(
        "INT and QUIT are quick, whatever is under way", .timeLimit(.minutes(5)),
        arguments: [Signal.int, .quit])
    func quick(_ signal: Signal) throws {
        try withGateway { gateway in
            for name in ["one", "lazy", "grows"] {
                let client = try gateway.connect()
                client.send("GET /\(name)/?hang HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("it hangs") { gateway.calls.contains("GET /\(name)/?hang") }
            }
            gateway.signal(signal)
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("WINCH leaves the processes, and HUP brings workers back to them", .timeLimit(.minutes(5)))
    func dismissed() throws {
        try withGateway { gateway in
            let before = gateway.pids(of: "one")
            gateway.signal(.winch)
            try eventually("the workers have left") { try gateway.workers.isEmpty }
            #expect(gateway.pids(of: "one") == before)
            var file = Self.site
            file["added"] = ["run: exec:./one", "processes: 1"]
            try gateway.reload(file)
            for name in ["one", "lazy", "grows", "added"] {
                #expect(try gateway.get("/\(name)/").status == 200)
            }
            #expect(Set(gateway.pids(of: "one")).isSuperset(of: before))
        }
    }

    @Test(
        "An upgrade has processes of its own, and the old ones go with the old master",
        .timeLimit(.minutes(5)))
    func upgrade() throws {
        try withGateway { gateway in
            #expect(try gateway.get("/lazy/").status == 200)
            let old = Set(["one", "lazy", "grows"].flatMap(gateway.pids))
            let crowd = try Crowd(of: 4, at: gateway, isKept: false, requestsEach: nil) { client, _ in
                ["/one/", "/lazy/", "/grows/"][client % 3] + "?d=1"
            }
            gateway.signal(.usr2)
            try crowd.run {
                guard let pid = gateway.successor else { return false }
                return gateway.hasLogged("[\(pid)]", "listening at")
            }
            let new = try #require(gateway.successor)
            gateway.signal(.term)
            try crowd.run { gateway.process.status != nil }
            #expect(gateway.process.status == .exited(0))
            let answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 60 }
            #expect(crowd.failures == [])
            crowd.stop()
            #expect(old.isDisjoint(with: Set(try gateway.tree.entries.map(\.pid))))
            ChildProcess.signal(new, .term)
        }
    }
}
