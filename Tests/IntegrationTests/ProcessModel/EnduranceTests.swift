// The short form of Benchmarks/endurance.py: what operators do to a running gateway, under load, with every kind of
// application, and how many requests that costs.

import Syscalls
import Testing

@Suite("What operators do, under load", .serialized)
struct EnduranceTests {
    enum Kind: String, CaseIterable, Sendable { case inProcess, wsgi, php }

    private func start(_ kind: Kind, _ folder: TemporaryFolder) throws -> GatewayProcess {
        let options = ["--workers", "2", "--max-requests", "200", "--pid", folder / "pid"]
        switch kind {
        case .inProcess:
            return try GatewayProcess(
                nil, options, environment: ["TEST_APPLICATION=inline"], folder: folder,
                program: Build.testApplication)
        case .wsgi:
            try TextFile.write(
                "def application(e, s):\n    s('200 OK', [])\n    return [b'fine']\n",
                to: folder / "endured.py")
            return try GatewayProcess(
                "wsgi:endured:application", options + ["--processes", "2"], environment: [], folder: folder)
        case .php:
            try run("mkdir", folder / "site")
            try TextFile.write("<?php echo 'fine';", to: folder / "site/index.php")
            return try GatewayProcess(
                "php:\(folder / "site")", options + ["--processes", "2"], environment: [], folder: folder)
        }
    }

    @Test("Only what a killed process had in hand is lost", .timeLimit(.minutes(5)), arguments: Kind.allCases)
    func everything(kind: Kind) throws {
        let folder = try TemporaryFolder()
        try start(kind, folder).use { gateway in
            let kept = try Crowd(of: 16, at: gateway, isKept: true, requestsEach: nil)
            let fresh = try Crowd(of: 4, at: gateway, isKept: false, requestsEach: nil)
            func go(until condition: () throws -> Bool) throws {
                try kept.run {
                    fresh.step()
                    return try condition()
                }
            }
            func goOn() throws {
                let (first, second) = (kept.outcomes.count, fresh.outcomes.count)
                try go { kept.outcomes.count > first + 100 && fresh.outcomes.count > second + 20 }
            }
            func forks() throws -> [ProcessID] {
                let master = try #require(ProcessID(TextFile.read(folder / "pid").filter(\.isNumber)))
                return try gateway.tree.workers(of: master).filter { $0 != master }
            }

            try go { gateway.hasLogged("(requests): its successor starts first") }
            for round in 2...4 {
                gateway.signal(.hup)
                try go { gateway.hasLogged("generation \(round) serves") }
                try goOn()
            }
            for _ in 0..<3 {
                gateway.signal(.ttin)
                try goOn()
                gateway.signal(.ttou)
                try goOn()
            }
            let old = gateway.pid
            gateway.signal(.usr2)
            try go { gateway.log.split(separator: "listening at").count > 2 }
            let new = try #require(ProcessID(TextFile.read(folder / "pid.2").filter(\.isNumber)))
            gateway.signal(.winch)
            try goOn()
            gateway.signal(.term)
            try go { gateway.process.status != nil }
            #expect(gateway.process.status == .exited(0))
            try go { ProcessID(TextFile.read(folder / "pid").filter(\.isNumber)) == new }
            try goOn()
            #expect(kept.failures == [] && fresh.failures == [])

            var lost = 0
            for _ in 0..<3 {
                let victim = try #require(try forks().first)
                // Its connections and its listener: no more than these can be in its hand.
                // One that is just being replaced has nothing any more.
                lost += try run("sh", "-c", "ls /proc/\(victim)/fd 2>/dev/null || true").lines.count
                ChildProcess.signal(victim, .kill)
                try goOn()
            }
            #expect(kept.failures.count + fresh.failures.count <= lost)
            let failures = kept.failures.count + fresh.failures.count
            try goOn()
            #expect(kept.failures.count + fresh.failures.count == failures)
            kept.stop()
            fresh.stop()

            #expect(new != old)
            ChildProcess.signal(new, .term)
            try eventually("the last master has gone") { try gateway.tree.entries.isEmpty }
            #expect(Files.status(folder / "pid") == nil)
        }
    }
}
