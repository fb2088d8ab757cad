// A process that has served for long enough leaves when its successor is ready, and not before.

import Syscalls
import Testing

@Suite("Application processes that are replaced", .serialized)
struct ProcessRecyclingTests {
    /// Processes of an application that run and had come to accept.
    private func ready(_ name: String, _ gateway: GatewayProcess) -> Set<ProcessID> {
        let pids = gateway.pids(of: name)
        // Read later: who has become ready meanwhile counts.
        let booted = TextFile.read(gateway.folder / "boots-\(name)").lines.compactMap { ProcessID($0) }
        return Set(pids).intersection(booted)
    }

    @Test(
        "After so many requests, at an age, and with too much memory: never fewer are ready, and no request fails",
        .timeLimit(.minutes(5)))
    func reasons() throws {
        func lines(_ name: String, _ processes: Int, _ reason: String...) -> [String] {
            ["processes: \(processes)", "env: [ BOOT_LOG=boots-\(name), BOOT_MS=100 ]"] + reason
        }
        let file = SiteFile([
            "count": lines("count", 2, "process-max-requests: 20", "process-max-requests-jitter: 10"),
            "age": lines("age", 1, "process-max-age: 1"),
            "memory": lines("memory", 1, "process-max-memory: 24M"),
        ])
        let names = [("count", 2), ("age", 1), ("memory", 1)]
        try withSite(file) { gateway in
            var seen: [String: Set<ProcessID>] = [:]
            let crowd = try Crowd(of: 9, at: gateway, isKept: true, requestsEach: nil) { client, number in
                let leak = client % 3 == 2 && number % 10 == 0 ? "leak=4000000" : "d=1"
                return "/\(names[client % 3].0)/?\(leak)"
            }
            try crowd.run {
                for (name, least) in names {
                    let now = ready(name, gateway)
                    try #require(now.count >= least, "\(name): only \(now) are ready")
                    #expect(gateway.pids(of: name).count <= least + 2)
                    seen[name, default: []].formUnion(now)
                }
                return seen.allSatisfy { $0.value.count >= 5 }
            }
            #expect(crowd.failures == [])
            crowd.stop()
            for (name, reason) in [
                ("count", "requests, --process-max-requests"), ("age", "1 s old, --process-max-age"),
                ("memory", "octets of memory, --process-max-memory"),
            ] {
                #expect(
                    gateway.hasLogged(
                        "\(name): application", "is replaced", reason, "its successor starts first"))
            }
            // Chance is part of the number, within its bounds.
            let counts = gateway.log.lines.compactMap { line in
                line.split(separator: "is replaced (").dropFirst().first.flatMap { text in
                    line.contains("--process-max-requests") ? Int(text.prefix { $0.isNumber }) : nil
                }
            }
            #expect(counts.allSatisfy { $0 >= 20 }, "\(counts)")
        }
    }

    @Test(
        "A successor that does not start, or does not boot, leaves the old one serving; then it is tried again",
        .timeLimit(.minutes(5)))
    func brokenSuccessor() throws {
        let file = SiteFile(["one": ["processes: 1", "process-max-requests: 5"]])
        try withSite(file) { gateway in
            let old = try #require(gateway.pids(of: "one").first)
            // What runs is the same file as ever, under another name.
            try Files.rename(gateway.folder / "one", to: gateway.folder / "gone")
            for _ in 0..<6 { #expect(try gateway.answeringProcess(of: "one") == old) }
            try eventually("it could not be started") { gateway.hasLogged("one: cannot start application 2") }
            #expect(try gateway.answeringProcess(of: "one") == old)

            try gateway.folder.addScript("one", "echo no oracle >&2; exit 3")
            try eventually("it did not boot") {
                gateway.hasLogged(
                    "one: application 2", "exited with code 3", "the one that it was to replace goes on")
            }
            for _ in 0..<3 { #expect(try gateway.answeringProcess(of: "one") == old) }

            try Files.rename(gateway.folder / "gone", to: gateway.folder / "one")
            try eventually("it is replaced") { try gateway.answeringProcess(of: "one") != old }
            try eventually("and has ended") { gateway.pids(of: "one").count == 1 }
            #expect(!gateway.pids(of: "one").contains(old))
        }
    }

    @Test("A request under way is finished by the process that is to leave", .timeLimit(.minutes(5)))
    func inFlight() throws {
        let file = SiteFile(["one": ["processes: 1", "process-max-age: 1"]])
        try withSite(file) { gateway in
            let gate = gateway.folder / "gate"
            let held = try gateway.connect()
            held.send("GET /one/pid?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is under way") { gateway.calls.count == 1 }
            try eventually("it is replaced") { gateway.hasLogged("one: application 1", "is replaced") }
            let new = try gateway.answeringProcess(of: "one")
            try TextFile.write("", to: gate)
            let old = try #require(ProcessID(try held.receive().text))
            #expect(old != new)
            try eventually("the old one has left") { !gateway.pids(of: "one").contains(old) }
        }
    }
}
