// A file system, a directory of users or a name server stops answering between two readings of the settings, or never answers at
// all. A library that stands before the C library plays them (silent.c): the process whose pid is written down gets no answer.

import Syscalls
import Testing

@Suite("A reload in spite of silence", .serialized)
struct SilenceTests {
    private struct Site {
        let folder: TemporaryFolder
        var held: String { folder / "held" }
        var file: String { held + "/gateway.yaml" }
        let program: String

        init() throws {
            folder = try TemporaryFolder()
            program = try CProgram.responder.path
            try run("mkdir", "-p", folder / "held/site")
            try TextFile.write("a page", to: folder / "held/page.html")
            try TextFile.write("served", to: folder / "held/site/index.html")
            try write(binds: [])
        }

        func write(binds: [String], workers: Int = 1) throws {
            // Users are looked up for the workers and for the application; everything else is a path.
            try TextFile.write(
                """
                bind: [\((["127.0.0.1:0"] + binds).joined(separator: ", "))]
                workers: \(workers)
                user: "\(SystemProcess.effectiveUser)"
                error-page: {404: \(held)/page.html}
                applications:
                  own: {run: "exec:\(program)", processes: 1, chdir: \(held)}
                routes:
                  - {path: /own/*, application: own, strip-prefix: true}
                  - {path: /*, static: \(held)/site}
                """, to: file)
        }

        func gateway() throws -> GatewayProcess {
            try GatewayProcess(
                nil, ["--config", file],
                environment: ["HELD=\(held)", "LD_PRELOAD=\(try CProgram.silent.path)"], folder: folder)
        }

        /// From here on one process gets no answer.
        func silence(for pid: ProcessID) throws { try TextFile.write("\(pid)", to: held + "/pid") }
    }

    private func expectMasterGoesOn(_ gateway: GatewayProcess) throws {
        let victim = try #require(ProcessID(try gateway.get("/own/pid").text.trimmed))
        ChildProcess.signal(victim, .kill)
        try eventually("what has been killed is replaced") {
            let answer = try gateway.get("/own/pid")
            return answer.status == 200 && answer.text.trimmed != "\(victim)"
        }
        gateway.signal(.usr1)
        try eventually("logs are opened anew") { gateway.hasLogged("logs opened anew") }
    }

    @Test("What was read in another process is not read again by the master", .timeLimit(.minutes(5)))
    func secondReading() throws {
        let site = try Site()
        try site.gateway().use { gateway in
            try site.silence(for: gateway.pid)
            let port = try freePort()
            try site.write(binds: ["found.example:\(port)"], workers: 2)
            gateway.signal(.hup)
            try eventually("a reload succeeds") { gateway.hasLogged("generation 2 serves") }
            #expect(try gateway.workers.count == 2)
            #expect(try gateway.get("/").text == "served")
            let (status, page, errors) = try outcome(of: ["curl", "-s", "http://127.0.0.2:\(port)/"])
            #expect(status == .exited(0) && page == "served", "\(errors)")
            try expectMasterGoesOn(gateway)
            // What is wrong is found there too, and said here.
            try TextFile.write("workers: none\n", to: site.file)
            gateway.signal(.hup)
            try eventually("a reload fails") {
                gateway.hasLogged("reload failed", "gateway.yaml:1", "workers")
            }
        }
    }

    @Test("A name server that never answers fails a reload after a while", .timeLimit(.minutes(5)))
    func silentNameServer() throws {
        let site = try Site()
        try site.gateway().use { gateway in
            try site.write(binds: ["silent.example:\(try freePort())"])
            gateway.signal(.hup)
            try eventually("it begins") { gateway.hasLogged("reload (HUP)") }
            try expectMasterGoesOn(gateway)
            try eventually("it fails", within: 120) {
                gateway.hasLogged("reload failed", "could not be read within 30 s", "a name server")
            }
            #expect(try gateway.get("/").text == "served")
            try site.write(binds: [])
            gateway.signal(.hup)
            try eventually("the next one succeeds") { gateway.hasLogged("generation 2 serves") }
        }
    }

    @Test("A stop does not wait for a reading", .timeLimit(.minutes(5)))
    func stop() throws {
        let site = try Site()
        try site.gateway().use { gateway in
            try site.write(binds: ["silent.example:\(try freePort())"])
            gateway.signal(.hup)
            try eventually("it begins") { gateway.hasLogged("reload (HUP)") }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
            #expect(!gateway.hasLogged("reload failed"))
        }
    }
}
