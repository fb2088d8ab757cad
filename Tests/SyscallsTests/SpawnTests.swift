import Syscalls
import Testing

@Suite("Application processes", .serialized)
struct SpawnTests {
    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    @Test("A process finds exactly descriptors 0, 1, 2 and those it was given")
    func descriptors() throws {
        let extra = try Files.inMemory(name: "extra", Array("given".utf8))
        let list = "ls /proc/$$/fd; true"
        #expect(lines(try Shell.run(list)) == ["0", "1", "2"])
        #expect(lines(try Shell.run(list, descriptors: [extra.number])) == ["0", "1", "2", "3"])
        #expect(
            lines(try Shell.run(list, descriptors: [extra.number, extra.number])) == [
                "0", "1", "2", "3", "4",
            ])
        #expect(try Shell.run("cat /proc/self/fd/3", descriptors: [extra.number]) == "given")
    }

    @Test("Descriptors arrive in the order given, though their numbers are each other's places")
    func exchanged() throws {
        // Numbers below 3 may be among those given: here 2 and 1 change places, and 0 goes to 3.
        let output = try Pipe(readsWithoutBlocking: false)
        let first = try Files.inMemory(name: "first", [])
        let pid = try ChildProcess.spawn(
            Program(
                path: "/bin/sh",
                arguments: ["sh", "-c", "for n in 0 2 3 4; do readlink /proc/$$/fd/$n; done; true"],
                environment: ["PATH=/usr/bin:/bin"]),
            descriptors: [2, output.writeEnd.number, 0, first.number, 1])
        defer { ChildProcess.wait(pid) }
        let end = output.intoReadEnd()
        let targets = lines(Shell.text(of: end.number))
        let expected = lines(
            try Shell.run("for n in 2 0 1; do readlink /proc/$0/fd/$n; done", ["\(SystemProcess.id)"]))
        #expect(targets.count == 4)
        #expect(targets.first == expected.first && targets[1] == expected[1] && targets.last == expected.last)
        #expect(targets[2].contains("memfd:first"))
    }

    @Test("A program that cannot be run is an error of the spawning process")
    func cannotRun() throws {
        let cases: [(String, String?, CInt)] = [
            ("/nonexistent/program", nil, 2), ("/bin/sh/x", nil, 20), ("/etc/passwd", nil, 13),
            ("/", nil, 13),
            ("/bin/sh", "/nonexistent", 2), ("/bin/sh", "/etc/passwd", 20),
        ]
        for (path, directory, code) in cases {
            let program = Program(path: path, arguments: [path], environment: [], directory: directory)
            let call = directory.map { "chdir \($0)" } ?? "exec \(path)"
            #expect(throws: SyscallError(call: call, code: code)) {
                try ChildProcess.spawn(program, descriptors: [0, 1, 2])
            }
        }
    }

    @Test("More descriptors than there is room for, or one that is not open, are an error")
    func badDescriptors() {
        let program = Program(path: "/bin/true", arguments: ["true"], environment: [])
        #expect(throws: SyscallError(call: "exec /bin/true", code: 22)) {
            try ChildProcess.spawn(program, descriptors: [CInt](repeating: 0, count: 9))
        }
        #expect(throws: SyscallError(call: "exec /bin/true", code: 9)) {
            try ChildProcess.spawn(program, descriptors: [0, 1, 1_000_000])
        }
    }

    @Test("A process leads a group of its own, as soon as it exists")
    func group() throws {
        let parent = Files.text("/proc/self/stat")
        let stat = try Shell.run("read line < /proc/$$/stat; echo \"$line\"")
        // pid (comm) state ppid pgrp
        let fields = stat.split(separator: " ")
        #expect(fields[0] == fields[4])
        #expect(fields[3] == "\(SystemProcess.id)")
        #expect(parent?.split(separator: " ").contains(fields[4]) == false)
    }

    @Test("Signals have their default actions, and none is blocked")
    func signals() throws {
        // The gateway ignores one signal and blocks others, as this child does. Applications must not inherit that.
        let pipe = try Pipe(readsWithoutBlocking: false)
        let output = pipe.writeEnd.number
        let program = Program(path: "/bin/cat", arguments: ["cat", "/proc/self/status"], environment: [])
        let gateway = try HeldChild {
            SystemProcess.ignoreBrokenPipes()
            let signals = try? SignalDescriptor([.winch])
            let pid = try? ChildProcess.spawn(program, descriptors: [0, output, 2])
            if let pid { ChildProcess.wait(pid) }
            _ = consume signals
            return 0
        }
        let status = try #require(try Shell.receive(pipe.readEnd.number))
        #expect(SignalMasks(status) == SignalMasks(blocked: [], ignored: [], caught: []))
        let own = SignalMasks(gateway.file("status"))
        #expect(
            own == SignalMasks(blocked: [28], ignored: [13], caught: []),
            "the test is worth something only where a signal is blocked and one is ignored")
    }

    @Test("The arguments, the environment and the folder are those given, and no others")
    func surroundings() throws {
        let program = Program(
            path: "/usr/bin/env", arguments: ["env"], environment: ["A=b c", "EMPTY=", "Ü=ü"], directory: "/")
        #expect(lines(try Shell.output(of: program)) == ["A=b c", "EMPTY=", "Ü=ü"])
        let here = Program(
            path: "/bin/sh", arguments: ["sh", "-c", "pwd; echo \"$0|$1\"", "a b", ""], environment: [],
            directory: "/usr")
        #expect(lines(try Shell.output(of: here)) == ["/usr", "a b|"])
    }

    @Test("A signal to a group ends the process and what it started")
    func groupSignal() throws {
        let hold = try Pipe(readsWithoutBlocking: false)
        let output = try Pipe(readsWithoutBlocking: false)
        let input = hold.readEnd.number
        let pid = try ChildProcess.spawn(
            Program(
                path: "/bin/sh", arguments: ["sh", "-c", "cat <&3 & echo ready; wait"],
                environment: ["PATH=/usr/bin:/bin"]),
            descriptors: [input, output.writeEnd.number, 2, input])
        let end = output.intoReadEnd()
        #expect(try Shell.receive(end.number) == "ready\n")
        #expect(SystemProcess.exists(pid))
        ChildProcess.signalGroup(pid, .kill)
        ChildProcess.wait(pid)
        #expect(!SystemProcess.exists(pid))
        // The grandchild held the other end too.
        #expect(try Shell.receive(end.number) == nil)
    }

    @Test(
        "Groups 0 and 1 are never signalled: they would be ourselves and everybody",
        arguments: [-1, 0, 1] as [ProcessID])
    func forbiddenGroups(_ group: ProcessID) {
        ChildProcess.signalGroup(group, .kill)
    }
}
