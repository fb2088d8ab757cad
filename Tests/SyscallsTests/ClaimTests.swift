import Syscalls
import Testing

@Suite("Files that a process claims")
struct ClaimTests {
    private func claim(_ path: String, _ text: String) throws -> Bool {
        let claimed = try Files.claim(path, mode: 0o644)
        let file = OwnedDescriptor(adopting: claimed.descriptor)
        try Descriptor.writeText(file.number, text)
        #expect(Files.identity(of: file.number) == Files.identity(path))
        return claimed.isNew
    }

    @Test("A file is made, or emptied")
    func regular() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/pid"
            let isNew = try claim(path, "a long text")
            #expect(isNew)
            #expect(Files.text(path) == "a long text")
            let isNewAgain = try claim(path, "short")
            #expect(!isNewAgain)
            #expect(Files.text(path) == "short")
        }
    }

    @Test("What may be a stranger's is left alone: links, files with two names, what is no file")
    func strangers() throws {
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                "cd \"$0\"; echo text > file; ln file second; ln -s file link; ln -s missing nowhere; mkdir folder; mkfifo pipe",
                [folder])
            for name in ["file", "second", "link", "nowhere", "folder", "pipe"] {
                let error = #expect(throws: SyscallError.self) {
                    _ = try Files.claim("\(folder)/\(name)", mode: 0o644)
                }
                #expect(error?.isInTheWay == true, "\(name)")
            }
            #expect(Files.text(folder + "/file") == "text\n")
            let missing = #expect(throws: SyscallError.self) {
                _ = try Files.claim(folder + "/missing/pid", mode: 0o644)
            }
            #expect(missing?.isNotFound == true)
        }
    }

    @Test("Only what is still the same is removed")
    func removal() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/pid"
            try Files.create(path, text: "one", mode: 0o644)
            let first = try #require(Files.identity(path))
            // While the first exists, no other file can have its inode.
            try Files.rename(path, to: folder + "/old")
            try Files.create(path, text: "two", mode: 0o644)
            Files.remove(path, ifStill: first)
            #expect(Files.text(path) == "two")
            Files.remove(folder + "/old", ifStill: first)
            #expect(Files.status(folder + "/old") == nil)
            try Files.removeIfThere(path)
            try Files.removeIfThere(path)
            #expect(throws: SyscallError.self) { try Files.removeIfThere(folder) }
        }
    }

    @Test("In another root, a link leads nowhere else, and the way back is found")
    func root() throws {
        try #require(SystemProcess.isRoot, "this test is about what root can do: run it as root")
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                "cd \"$0\"; mkdir in; echo inside > in/file; ln -s /file in/link; echo out > file", [folder])
            // The root is the process's, and this one has threads.
            let child = try HeldChild {
                guard (try? SystemProcess.changeDirectory(folder)) != nil else { return 1 }
                let seen = try? Files.inRoot("in") { (Files.text("/link"), Files.text("file")) }
                guard seen?.0 == "inside\n", seen?.1 == "inside\n" else { return 2 }
                guard Files.text("file") == "out\n", Files.text(folder + "/in/file") == "inside\n" else {
                    return 3
                }
                guard (try? Files.inRoot("missing", {})) == nil, Files.text("file") == "out\n" else {
                    return 4
                }
                return 0
            }
            #expect(child.answer == 0)
        }
    }
}
