import Syscalls
import Testing

@Suite("Programs with an identity", .serialized)
struct SpawnIdentityTests {
    private func program(_ script: String) -> Program {
        Program(path: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
    }

    @Test("A program runs as its identity, without capabilities")
    func identity() throws {
        var status = program("cat /proc/self/status")
        status.identity = .stranger
        guard SystemProcess.isRoot else {
            #expect(throws: SyscallError(call: "become stranger", code: 1)) { try Shell.output(of: status) }
            return
        }
        #expect(Credentials(try Shell.output(of: status)) == Credentials(.stranger))
    }

    @Test("An identity that is refused is an error of the spawning process, and says who it was to be")
    func refused() throws {
        let limit = UserIdentity(name: "crowd", user: 65_534, group: 65_534, groups: Array(1...5000))
        var many = program("true")
        many.identity = limit
        #expect(throws: SyscallError(call: "become crowd", code: 22)) { try Shell.output(of: many) }
    }

    @Test("The folder is entered with the rights of the identity")
    func folder() throws {
        guard SystemProcess.isRoot else { return try refused() }
        try withTemporaryFolder { folder in
            var here = program("pwd")
            here.directory = folder
            let output = try Shell.output(of: here)
            #expect(output == folder + "\n")
            here.identity = .stranger
            #expect(throws: SyscallError(call: "chdir \(folder)", code: 13)) { try Shell.output(of: here) }
        }
    }

    @Test("A program with another identity dies with its parent too")
    func diesWithParent() throws {
        let life = try Pipe(readsWithoutBlocking: false)
        let output = life.writeEnd.number
        var waiting = program("echo started; exec sleep 600")
        waiting.identity = SystemProcess.isRoot ? .stranger : nil
        let request = waiting
        let parent = try HeldChild {
            Int((try? ChildProcess.spawn(request, descriptors: [0, output, 2])) ?? -1)
        }
        let end = life.intoReadEnd()
        #expect(try Shell.receive(end.number) == "started\n")
        parent.end()
        #expect(try Shell.receive(end.number) == nil)
    }

    @Test("A successor outlives the process that started it, and stays in its group")
    func successor() throws {
        let life = try Pipe(readsWithoutBlocking: false)
        let input = try Pipe(readsWithoutBlocking: false)
        let (output, hold) = (life.writeEnd.number, input.readEnd.number)
        var staying = program("read stat < /proc/$$/stat; echo \"$stat\"; cat <&0; echo survived")
        staying.leadsGroup = false
        staying.diesWithParent = false
        let request = staying
        let parent = try HeldChild {
            Int((try? ChildProcess.spawn(request, descriptors: [hold, output, 2])) ?? -1)
        }
        let end = life.intoReadEnd()
        let fields = try #require(try Shell.receive(end.number)).split(separator: " ")
        let own = parent.file("stat").split(separator: " ")
        // pid (comm) state ppid pgrp
        #expect(fields[0] != fields[4] && fields[3] == own[0] && fields[4] == own[4])
        parent.end()
        let gate = input.intoWriteEnd()
        _ = consume gate
        #expect(try Shell.receive(end.number) == "survived\n")
    }

    @Test("A umask is the program's own")
    func umask() throws {
        var mask = program("umask")
        mask.umask = 0o137
        #expect(try Shell.output(of: mask) == "0137\n")
        mask.umask = nil
        #expect(try Shell.output(of: mask) != "0137\n")
    }

    @Test("Descriptors that are kept have their numbers, and no others are open")
    func kept() throws {
        let first = try Files.inMemory(name: "first", [])
        let second = try Files.inMemory(name: "second", [])
        let numbers = [first.number, second.number].sorted()
        var list = program("ls -l /proc/$$/fd; true")
        list.keptDescriptors = [first.number, second.number]
        var targets: [CInt: Substring] = [:]
        for line in try Shell.output(of: list).split(separator: "\n") {
            // … 9 -> /memfd:first (deleted)
            let words = line.split(separator: " ")
            guard let arrow = words.firstIndex(of: "->") else { continue }
            targets[try #require(CInt(words[arrow - 1]))] = words[arrow + 1]
        }
        #expect(targets.keys.sorted() == [0, 1, 2] + numbers)
        #expect(targets[first.number] == "/memfd:first" && targets[second.number] == "/memfd:second")
    }

    @Test("A descriptor cannot be kept that is not open, or whose place is given away")
    func notKept() throws {
        for (number, code) in [(1_000_000, 9), (-1, 22), (2, 22)] as [(CInt, CInt)] {
            var broken = program("true")
            broken.keptDescriptors = [number]
            #expect(throws: SyscallError(call: "exec /bin/sh", code: code)) { try Shell.output(of: broken) }
        }
    }
}
