// What a process can do to a socket outlives it: the next one gets the same. And what one can do to its own place among
// the processes: it is found by its number.

import Syscalls
import Testing

@Suite("What a process does to what outlives it", .serialized)
struct SharedSocketTests {
    @Test(
        "A listening socket that was shut down is replaced, in each life", .timeLimit(.minutes(5)),
        arguments: [1, 2])
    func shutDown(processes: Int) throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "\(processes)", "--workers", "2"
        ) { gateway in
            for life in 1...3 {
                let old = try gateway.get("/pid?shut").status
                #expect(old == 502)
                try eventually("a new one takes its place, and is said") {
                    gateway.log.lines.count { $0.contains("was shut down by a process that had it") } >= life
                }
                try gateway.expectAllProcessesServe()
            }
        }
    }

    @Test(
        "Flags and backlog are those of the next process, whatever the one before has made of them",
        .timeLimit(.minutes(5)))
    func spoiled() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "1") { gateway in
            for _ in 1...2 {
                #expect(try gateway.get("/pid?spoil").status == 502)
                try gateway.expectAllProcessesServe()
            }
            #expect(!gateway.hasLogged("killed") && !gateway.hasLogged("KILL is sent"))
        }
    }

    @Test("A listening socket of the gateway's own that was shut down listens again", .timeLimit(.minutes(5)))
    func ownListener() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "2") { gateway in
            let worker = try #require(try gateway.workers.first)
            _ = try run("python3", Build.application("harm.py"), "\(worker)", "shutdown")
            try eventually("it listens again") { gateway.hasLogged("was shut down by code", "listens again") }
            for _ in 0..<10 { #expect(try gateway.get("/").status == 200) }
        }
    }

    @Test("A process that has gone to another group ends like any other", .timeLimit(.minutes(5)))
    func leftGroup() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--timeout", "2", "--graceful-timeout", "3"
        ) { gateway in
            let first = try #require(ProcessID(try gateway.get("/pid?leave").text.trimmed))
            #expect(try gateway.get("/?hang").status == 504)
            try eventually("what hung has ended") { !SystemProcess.isRunning(first) }
            let second = try #require(ProcessID(try gateway.get("/pid?leave").text.trimmed))
            gateway.signal(.hup)
            try eventually("a reload ends it") { !SystemProcess.isRunning(second) }
            let third = try #require(ProcessID(try gateway.get("/pid?leave").text.trimmed))
            gateway.signal(.kill)
            try gateway.process.waitForEnd()
            try eventually("it does not outlive the master") { !SystemProcess.isRunning(third) }
        }
    }

    @Test("An ignored SIGCHLD that was inherited changes nothing", .timeLimit(.minutes(5)))
    func ignoredChildSignal() throws {
        let folder = try TemporaryFolder()
        let program = folder / "gateway"
        try TextFile.write(
            "#!/bin/sh\ntrap '' CHLD\nexec \(Build.gateway) \"$@\"\n", to: program, mode: 0o755)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", [], environment: [], folder: folder, program: program)
        try gateway.use { gateway in
            let first = try gateway.get("/pid").text
            #expect(try gateway.get("/?exit").status == 502)
            try eventually("it is replaced") {
                let answer = try gateway.get("/pid")
                return answer.status == 200 && answer.text != first
            }
        }
    }
}
