import Syscalls
import Testing

@Suite("Starting a program, step by step", .serialized)
struct StartStepTests {
    private func program(_ path: String = "/bin/sh", _ script: String = "true") -> Program {
        Program(path: path, arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
    }

    private func failure(of program: Program) -> SpawnError? {
        do throws(SpawnError) {
            ChildProcess.wait(try ChildProcess.start(program, descriptors: [0, 1, 2]))
            return nil
        } catch {
            return error
        }
    }

    private func failure(ofTrying program: Program) -> SpawnError? {
        do throws(SpawnError) {
            try ChildProcess.tryOut(program)
            return nil
        } catch {
            return error
        }
    }

    @Test("The step that failed is named, and a trial finds it as well")
    func steps() throws {
        var elsewhere = program()
        elsewhere.directory = "/missing"
        var rooted = program()
        rooted.root = "/missing"
        var crowd = program()
        crowd.identity = UserIdentity(name: "crowd", user: 1, group: 1, groups: Array(1...5000))
        for (program, step) in [
            (program("/missing"), .exec), (elsewhere, .directory), (rooted, .root), (crowd, .identity),
        ] as [(Program, SpawnError.Step)] {
            let error = try #require(failure(of: program))
            #expect(error.step == step && error.code != 0 && !error.reason.isEmpty)
            #expect(failure(ofTrying: program) == error)
        }
        #expect(failure(of: program()) == nil)
    }

    @Test("A trial does not run the program")
    func trial() throws {
        try withTemporaryFolder { folder in
            #expect(failure(ofTrying: program("/bin/sh", "touch \(folder)/ran")) == nil)
            #expect(Files.status(folder + "/ran") == nil)
        }
    }

    @Test("A program may lead a session, and inherit the environment")
    func session() throws {
        var leader = program("/bin/sh", "read stat < /proc/$$/stat; echo \"$stat\"; echo \"$PATH\"")
        leader.leadsSession = true
        leader.environment = nil
        let lines = try Shell.output(of: leader).split(separator: "\n")
        // pid (comm) state ppid pgrp session
        let fields = try #require(lines.first).split(separator: " ")
        #expect(fields[0] == fields[4] && fields[0] == fields[5])
        #expect(lines.last.map(String.init) == SystemProcess.environmentValue("PATH"))
    }

    @Test("The end of a process is waited for, but not for ever")
    func deadline() throws {
        let hold = try Pipe(readsWithoutBlocking: false)
        let input = hold.readEnd.number
        let pid = try ChildProcess.spawn(program("/bin/sh", "read line; exit 7"), descriptors: [input, 1, 2])
        #expect(try ChildProcess.end(of: pid, within: 20) == nil)
        let gate = hold.intoWriteEnd()
        _ = consume gate
        #expect(try ChildProcess.end(of: pid, within: 30_000) == .exited(7))
    }
}
