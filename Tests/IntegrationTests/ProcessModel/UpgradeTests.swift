import Syscalls
import Testing

@Suite("A new master beside the old one: USR2 and WINCH", .serialized)
struct UpgradeTests {
    private func pid(in file: String) -> ProcessID? { ProcessID(TextFile.read(file).filter(\.isNumber)) }

    /// Starts a successor and waits until it serves.
    private func upgrade(_ gateway: GatewayProcess, _ file: String) throws -> ProcessID {
        let before = gateway.log.split(separator: "listening at").count
        gateway.signal(.usr2)
        try eventually("the new master serves") {
            gateway.log.split(separator: "listening at").count > before
        }
        return try #require(pid(in: file + ".2"))
    }

    @Test(
        "Forward: the new master takes over the port and the pid file, and no request fails",
        .timeLimit(.minutes(5)))
    func forward() throws {
        let folder = try TemporaryFolder()
        let file = folder / "pid"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "2", "--pid", file, folder: folder
        ) { gateway in
            let old = gateway.pid
            let crowd = try Crowd(of: 8, at: gateway, isKept: true, requestsEach: nil)
            #expect(pid(in: file) == old)
            try crowd.run { crowd.outcomes.count > 50 }
            gateway.signal(.usr2)
            try crowd.run { gateway.log.split(separator: "listening at").count > 2 }
            let new = try #require(pid(in: file + ".2"))
            #expect(new != old)
            #expect(pid(in: file) == old)

            gateway.signal(.winch)
            try crowd.run { try gateway.tree.workers(of: old).filter { $0 != new }.isEmpty }
            #expect(try gateway.tree.applications(of: old).count == 2)
            var answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }

            gateway.signal(.term)
            try crowd.run { gateway.process.status != nil }
            #expect(gateway.process.status == .exited(0))
            try crowd.run { pid(in: file) == new }
            #expect(Files.status(file + ".2") == nil)
            answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }
            #expect(crowd.failures == [])
            crowd.stop()

            ChildProcess.signal(new, .term)
            try eventually("the new master has gone") { try gateway.tree.entries.isEmpty }
            #expect(Files.status(file) == nil)
        }
    }

    @Test("Back: HUP brings the old workers back, and TERM ends the new master", .timeLimit(.minutes(5)))
    func back() throws {
        let folder = try TemporaryFolder()
        let file = folder / "pid"
        try withGateway("exec:\(CProgram.responder.path)", "--pid", file, folder: folder) { gateway in
            let old = gateway.pid
            let crowd = try Crowd(of: 4, at: gateway, isKept: true, requestsEach: nil)
            let new = try upgrade(gateway, file)
            gateway.signal(.winch)
            try crowd.run { try gateway.tree.workers(of: old).filter { $0 != new }.isEmpty }
            gateway.signal(.hup)
            try crowd.run { gateway.hasLogged("generation 2 serves") }
            ChildProcess.signal(new, .term)
            try crowd.run { gateway.hasLogged("the new master exited with code 0") }
            let answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }
            #expect(crowd.failures == [])
            crowd.stop()
            #expect(pid(in: file) == old)
            #expect(Files.status(file + ".2") == nil)
        }
    }

    @Test("While one is pending, neither master starts another", .timeLimit(.minutes(5)))
    func refused() throws {
        let folder = try TemporaryFolder()
        let file = folder / "pid"
        try withGateway("exec:\(CProgram.responder.path)", "--pid", file, folder: folder) { gateway in
            let new = try upgrade(gateway, file)
            gateway.signal(.usr2)
            try eventually("the old one refuses") { gateway.hasLogged("[\(gateway.pid)]", "upgrade refused") }
            ChildProcess.signal(new, .usr2)
            try eventually("the new one refuses") { gateway.hasLogged("[\(new)]", "upgrade refused") }
            #expect(try gateway.get("/").status == 200)
            ChildProcess.signal(new, .quit)
            try eventually("the new one has gone") { gateway.hasLogged("this one goes on") }
        }
    }

    @Test(
        "A successor that does not start changes nothing, even where the workers were dismissed",
        .timeLimit(.minutes(5)))
    func broken() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        let works = "exec \(try CProgram.responder.path)\n"
        try TextFile.write(works, to: script)
        let file = folder / "pid"
        try withGateway("exec:sh \(script)", "--pid", file, folder: folder) { gateway in
            // It waits, so that there is time to dismiss the workers of the old one, and then it fails.
            try TextFile.write("while [ -e \(folder / "wait") ]; do sleep 0.05; done\nexit 1\n", to: script)
            try TextFile.write("", to: folder / "wait")
            gateway.signal(.usr2)
            try eventually("the new master has begun") { pid(in: file + ".2") != nil }
            gateway.signal(.winch)
            try eventually("the old workers have left") { gateway.hasLogged("the workers leave") }
            Files.remove(folder / "wait")
            try eventually("the old master is alone again") { gateway.hasLogged("this one goes on") }
            #expect(try gateway.get("/").status == 200)
            #expect(Files.status(file + ".2") == nil)
            #expect(pid(in: file) == gateway.pid)
        }
    }

    @Test("The file of a unix socket stays as long as one of the two masters does", .timeLimit(.minutes(5)))
    func unixSocket() throws {
        let folder = try TemporaryFolder()
        let file = folder / "pid"
        let socket = folder / "socket"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--pid", file, "--bind", "unix:\(socket)", "--bind",
            "127.0.0.1:0",
            folder: folder
        ) { gateway in
            let first = try upgrade(gateway, file)
            ChildProcess.signal(first, .term)
            try eventually("the new one has gone") { gateway.hasLogged("this one goes on") }
            #expect(Files.isSocket(socket))
            let second = try upgrade(gateway, file)
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            #expect(Files.isSocket(socket))
            #expect(
                try run("curl", "-sS", "--unix-socket", socket, "http://a/environ").contains("REQUEST_URI"))
            try eventually("it takes over") { pid(in: file) == second }
            ChildProcess.signal(second, .term)
            try eventually("it has gone") { try gateway.tree.entries.isEmpty }
            #expect(!Files.isSocket(socket))
        }
    }
}
