import Syscalls
import Testing

@Suite("Files")
struct FilesTests {
    /// What a path below `folder` opens as: the text, or errno.
    private func opened(
        _ path: String, below folder: String, links: FollowedLinks = .owner
    ) throws -> String {
        let directory = try Files.openDirectory(folder)
        let number = path.withCString { Files.openBeneath(directory.number, $0, links: links) }
        guard number >= 0 else { return "errno \(-number)" }
        let file = OwnedDescriptor(adopting: number)
        return Shell.text(of: file.number)
    }

    @Test("Nothing but a link leads out of a folder: no dots, no absolute path")
    func beneath() throws {
        try withTemporaryFolder { base in
            let output = try Shell.run(
                """
                set -e; cd "$0"; mkdir -p root/sub/deep
                printf secret > secret; printf a > root/a; printf b > root/sub/b
                ln -s a root/near; ln -s sub root/folder; ln -s ../a root/sub/up; ln -s ../secret root/out
                ln -s "$0/secret" root/absolute; ln -s "$0/root/a" root/itself; ln -s .. root/parent
                ln -s /proc/self root/proc
                ln -s loop root/loop; ln -s /etc/passwd root/passwd; mkfifo root/pipe
                """, [base])
            #expect(output.isEmpty)
            let root = base + "/root"
            for (path, text) in [
                ("a", "a"), ("sub/b", "b"), ("near", "a"), ("folder/b", "b"), ("sub/up", "a"),
                ("sub/../a", "a"), ("./a", "a"),
                ("sub//b", "b"), ("sub/deep/../../a", "a"), ("pipe", ""),
                // These are of one owner, or of root.
                ("out", "secret"), ("absolute", "secret"), ("itself", "a"), ("parent/secret", "secret"),
                ("folder/../a", "a"), ("folder/deep/../b", "b"), ("parent/root/sub/up", "a"),
            ] {
                #expect(try opened(path, below: root) == text, "\(path)")
                #expect(try opened(path, below: root, links: .on) == text, "\(path)")
            }
            for path in ["near", "folder/b", "sub/up", "out", "absolute", "parent/secret", "loop"] {
                #expect(try opened(path, below: root, links: .off) == "errno 40", "\(path)")
            }
            for path in [
                "..", "../secret", "../root/a", "sub/../../secret", "/", "/etc/passwd", base + "/root/a",
                "folder/../..", "parent/../../secret",
            ] {
                for links in FollowedLinks.allCases where links != .off {
                    #expect(try opened(path, below: root, links: links) == "errno 18", "\(path)")
                }
            }
            for path in ["near/", "near/x", "near/.", "folder/b/"] {
                #expect(try opened(path, below: root) == "errno 20", "\(path)")
                #expect(try opened(path, below: root, links: .on) == "errno 20", "\(path)")
            }
            #expect(try opened("missing", below: root) == "errno 2")
            #expect(try opened("a/b", below: root) == "errno 20")
            #expect(try opened("loop", below: root) == "errno 40")
            #expect(try opened("", below: root) == "errno 2")
        }
    }

    @Test("A log is created, appended to, and never opened through a link")
    func log() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/log"
            for text in ["one\n", "two\n"] {
                let log = try Files.openLog(path)
                let isWritten = Array(text.utf8).withUnsafeBufferPointer {
                    Descriptor.writeAll(log.number, $0)
                }
                #expect(isWritten)
            }
            #expect(Files.text(path) == "one\ntwo\n")
            #expect(try Shell.run("stat -c %a \"$0\"", [path]).hasSuffix("0\n"))
            #expect(try Shell.run("cd \"$0\"; ln -s log link; ln -s missing dangling", [folder]).isEmpty)
            for name in ["link", "dangling"] {
                #expect(throws: SyscallError(call: "open \(folder)/\(name)", code: 40)) {
                    _ = try Files.openLog("\(folder)/\(name)")
                }
            }
            #expect(Files.status(folder + "/missing") == nil)
        }
    }

    @Test("A temporary file has no name, and holds what is written at any place")
    func temporary() throws {
        try withTemporaryFolder { folder in
            let file = try Files.temporary(in: folder)
            #expect(try Shell.run("ls -A \"$0\"", [folder]).isEmpty)
            try Array("cd".utf8).withUnsafeBufferPointer { try Files.write(file.number, $0, at: 2) }
            try Array("ab".utf8).withUnsafeBufferPointer { try Files.write(file.number, $0, at: 0) }
            var memory = [UInt8](repeating: 0, count: 10)
            let count = try memory.withUnsafeMutableBufferPointer {
                try Files.read(file.number, into: $0, at: 1)
            }
            #expect(memory[..<count] == [0x62, 0x63, 0x64])
            let atEnd = try memory.withUnsafeMutableBufferPointer {
                try Files.read(file.number, into: $0, at: 4)
            }
            #expect(atEnd == 0)
            #expect(Files.status(of: file.number)?.size == 4)
            #expect(throws: SyscallError.self) { _ = try Files.temporary(in: folder + "/missing") }
        }
    }

    @Test("A file is created once, with its mode, and renamed over another")
    func create() throws {
        try withTemporaryFolder { folder in
            let (path, other) = (folder + "/pid", folder + "/other")
            try Files.create(path, text: "42\n", mode: 0o600)
            #expect(Files.text(path) == "42\n")
            #expect(throws: SyscallError(call: "open \(path)", code: 17)) {
                try Files.create(path, text: "43\n", mode: 0o600)
            }
            #expect(Files.text(path) == "42\n")
            #expect(try Shell.run("stat -c %a \"$0\"", [path]) == "600\n")
            try Files.create(other, text: "", mode: 0o600)
            #expect(Files.text(other) == nil || Files.text(other) == "")
            try Files.rename(path, to: other)
            #expect(Files.text(other) == "42\n")
            #expect(Files.text(path) == nil)
            Files.remove(other)
            Files.remove(other)
            #expect(Files.status(other) == nil)
        }
    }

    @Test("What a path is")
    func status() throws {
        try withTemporaryFolder { folder in
            let output = try Shell.run(
                """
                cd "$0"; printf abc > file; chmod 644 file; touch -d @1000 file
                printf x > run; chmod 755 run; ln -s file link; mkfifo pipe
                """,
                [folder])
            #expect(output.isEmpty)
            let file = try #require(Files.status(folder + "/file"))
            #expect(file.kind == .regular && file.size == 3 && file.modified == 1000)
            #expect(Files.status(folder)?.kind == .directory)
            #expect(Files.status(folder + "/link")?.size == 3)
            #expect(Files.status(folder + "/pipe")?.kind == .other)
            #expect(Files.status(folder + "/missing") == nil)
            #expect(Files.isExecutable(folder + "/run"))
            #expect(!Files.isExecutable(folder + "/file") && !Files.isExecutable(folder))
            #expect(Files.isReadableDirectory(folder))
            #expect(
                !Files.isReadableDirectory(folder + "/file")
                    && !Files.isReadableDirectory(folder + "/missing"))
            #expect(Files.absolutePath(folder + "/./link") == Files.absolutePath(folder + "/file"))
            #expect(Files.absolutePath(folder + "/missing") == nil)
            #expect(throws: SyscallError.self) { _ = try Files.openDirectory(folder + "/file") }
        }
    }

    @Test("A file in memory is read by another process")
    func inMemory() throws {
        let file = try Files.inMemory(name: "script", Array("echo hello from memory".utf8))
        let output = try Shell.run("sh /proc/self/fd/3", descriptors: [file.number])
        #expect(output == "hello from memory\n")
    }

    @Test("A log is given away, but not one that has another name as well, and not what a link leads to")
    func giveLog() throws {
        try #require(SystemProcess.isRoot, "only root gives files away: run this test as root")
        let (stranger, other): (UInt32, UInt32) = (65_534, 65_533)
        try withTemporaryFolder { folder in
            try Files.giveLog("\(folder)/log", user: stranger, group: 0)
            #expect(Files.status("\(folder)/log")?.user == stranger)
            // It is theirs already.
            try Files.giveLog("\(folder)/log", user: stranger, group: 0)
            _ = try Shell.run(
                "cd \"$0\"; : >one; ln one two; ln -s one link; mkfifo pipe; : >open; chmod 777 .", [folder])
            for name in ["log", "one", "two", "link", "pipe", "open"] {
                #expect(throws: SyscallError.self, "\(name)") {
                    try Files.giveLog("\(folder)/\(name)", user: other, group: 0)
                }
            }
            _ = try Shell.run("chmod 755 \"$0\"", [folder])
            try Files.giveLog("\(folder)/open", user: other, group: 0)
            #expect(Files.status("\(folder)/open")?.user == other)
            // A device serves everybody, whoever owns it.
            try Files.giveLog("/dev/null", user: other, group: 0)
            #expect(Files.status("/dev/null")?.user == 0)
        }
    }
}
