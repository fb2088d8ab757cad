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

    @Test("The folder that may not be entered is named, or the interpreter, and for whom")
    func culprits() throws {
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                """
                cd "$0"; chmod 755 .; mkdir -m 755 open; mkdir -m 700 open/closed; mkdir -m 755 open/closed/inner
                printf '#!/missing/interpreter\\n' > open/script; printf '#!/bin/sh\\n' > open/closed/inner/program
                chmod 755 open/script open/closed/inner/program; printf x > open/data; chmod 644 open/data
                """, [folder])
            func explained(_ program: Program) throws -> String {
                try #require(failure(of: program)).explanation(of: program)
            }
            #expect(
                try explained(program(folder + "/open/script")).contains(
                    "the interpreter that its first line names is not there"))
            var other = program(folder + "/open/data")
            other.identity = SystemProcess.isRoot ? .stranger : nil
            #expect(try explained(other).contains("may not run '\(folder)/open/data'"))
            guard SystemProcess.isRoot else { return }
            other = program(folder + "/open/closed/inner/program")
            other.identity = .stranger
            #expect(
                try explained(other).hasPrefix(
                    "user stranger may not enter the folder '\(folder)/open/closed', and so not run"))
            other = program()
            other.identity = .stranger
            other.directory = folder + "/open/closed/inner"
            #expect(
                try explained(other).hasPrefix(
                    "user stranger may not enter the folder '\(folder)/open/closed', and so not"))
        }
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
