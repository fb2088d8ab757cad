// What --env, --proc-name and --umask make of the processes, and what a reload makes of that.

import Syscalls
import Testing

@Suite("The surroundings of the processes", .serialized)
struct SurroundingsTests {
    private static let common = "bind: 127.0.0.1:0\nworkers: 1\nprocesses: 1\n"

    private func withFile(
        _ application: String?, _ text: String, folder: TemporaryFolder, program: String = Build.gateway,
        _ body: (GatewayProcess, (String) throws -> Void) throws -> Void
    ) throws {
        let file = folder / "gateway.yaml"
        try TextFile.write(Self.common + text, to: file)
        let gateway = try GatewayProcess(
            application, ["--config", file], environment: ["INHERITED=from the start", "OVERRIDDEN=no"],
            folder: folder, program: program)
        var generation = 1
        try gateway.use { gateway in
            try body(gateway) { text in
                try TextFile.write(Self.common + text, to: file)
                gateway.signal(.hup)
                generation += 1
                try eventually("it is reloaded") { gateway.hasLogged("generation \(generation) serves") }
                try eventually("the old ones have gone") {
                    try gateway.workers.count == 1 && gateway.applications.count <= 1
                }
            }
        }
    }

    /// Expects that variables come, change and go; `ask` gets one from the application.
    private func expectVariables(
        _ application: String?, folder: TemporaryFolder, program: String = Build.gateway,
        sourceLocation: SourceLocation = #_sourceLocation,
        ask: (GatewayProcess, String) throws -> String
    ) throws {
        let first = "env:\n  - A=b\n  - OVERRIDDEN=yes = really\n  - GONE=not yet\n"
        try withFile(application, first, folder: folder, program: program) { gateway, reload in
            func values(_ names: String...) throws -> [String] { try names.map { try ask(gateway, $0) } }
            #expect(
                try values("A", "OVERRIDDEN", "GONE", "INHERITED") == [
                    "b", "yes = really", "not yet", "from the start",
                ], sourceLocation: sourceLocation)
            try reload("env: [A=changed]\n")
            #expect(
                try values("A", "OVERRIDDEN", "GONE", "INHERITED") == [
                    "changed", "no", "(none)", "from the start",
                ], sourceLocation: sourceLocation)
            try reload("")
            #expect(try values("A", "GONE") == ["(none)", "(none)"], sourceLocation: sourceLocation)
        }
    }

    @Test("--env reaches Python, and a reload changes it", .timeLimit(.minutes(5)))
    func python() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            import os
            def application(environ, start_response):
                start_response('200 OK', [])
                return [os.environ.get(environ['QUERY_STRING'], '(none)').encode()]

            """, to: folder / "shop.py")
        try expectVariables("wsgi:shop", folder: folder) { try $0.get("/?\($1)").text }
    }

    @Test("--env reaches PHP, and a reload changes it", .timeLimit(.minutes(5)))
    func php() throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "site")
        try TextFile.write(
            "<?php $value = getenv($_SERVER['QUERY_STRING']); echo $value === false ? '(none)' : $value;",
            to: folder / "site/index.php")
        try expectVariables("php:\(folder / "site")", folder: folder) { try $0.get("/index.php?\($1)").text }
    }

    @Test("--env reaches Swift handlers, and a reload changes it", .timeLimit(.minutes(5)))
    func swift() throws {
        try expectVariables(nil, folder: try TemporaryFolder(), program: Build.testApplication) {
            try $0.get("/variable?\($1)").text
        }
    }

    @Test(
        "With --preload, the builder finds --env as well, and the master does not keep it",
        .timeLimit(.minutes(5)))
    func preload() throws {
        let folder = try TemporaryFolder()
        let text = "preload: true\nenv: ['HOOK_LOG=\(folder / "elsewhere")', A=b]\n"
        try withFile(nil, text, folder: folder, program: Build.testApplication) { gateway, reload in
            #expect(TextFile.read(folder / "elsewhere").lines.contains("build"))
            #expect(gateway.hookLines.contains { $0.hasPrefix("whenReady") })
            #expect(try gateway.get("/variable?A").text == "b")
            try reload("preload: true\n")
            #expect(gateway.hookLines.contains("build"))
            #expect(try gateway.get("/variable?A").text == "(none)")
        }
    }

    @Test(
        "--proc-name is what ps shows of master, workers and guardian, and leaves their environment readable",
        .timeLimit(.minutes(5)))
    func name() throws {
        let folder = try TemporaryFolder()
        try withFile("exec:\(CProgram.responder.path)", "proc-name: shop\n", folder: folder) {
            gateway, reload in
            func title(_ pid: ProcessID) -> String {
                String(TextFile.read("/proc/\(pid)/cmdline").prefix { $0 != "\0" })
            }
            func expect(_ name: String) throws {
                let worker = try #require(try gateway.workers.first)
                #expect(title(gateway.pid) == "gateway: master [\(name)]")
                #expect(title(worker).hasPrefix("gateway: worker ") && title(worker).hasSuffix(" [\(name)]"))
            }
            try expect("shop")
            let guardian = try #require(try gateway.tree.guardian(of: gateway.pid))
            #expect(title(guardian) == "gateway: guardian [shop]")
            for pid in [gateway.pid, guardian, try #require(try gateway.workers.first)] {
                let variables = TextFile.read("/proc/\(pid)/environ").split(separator: "\0")
                #expect(variables.contains(Substring(gateway.marker)))
                #expect(variables.contains("INHERITED=from the start"))
            }
            try reload("proc-name: store\n")
            try expect("store")
        }
    }

    @Test("--umask is that of workers and applications, and changes at a reload", .timeLimit(.minutes(5)))
    func umask() throws {
        let folder = try TemporaryFolder()
        func umask(of pid: ProcessID) -> String? {
            TextFile.read("/proc/\(pid)/status").lines.first { $0.hasPrefix("Umask:") }
        }
        try withFile("exec:\(CProgram.responder.path)", "umask: 0027\n", folder: folder) { gateway, reload in
            let inherited = try #require(umask(of: gateway.pid))
            func expect(_ expected: String) throws {
                for pid in try gateway.workers + gateway.applications { #expect(umask(of: pid) == expected) }
                #expect(umask(of: gateway.pid) == inherited)
            }
            try expect("Umask:\t0027")
            try reload("umask: 0077\n")
            try expect("Umask:\t0077")
            try reload("")
            try expect(inherited)
        }
    }
}
