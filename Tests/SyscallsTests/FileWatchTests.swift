import Syscalls
import Testing

@Suite("Changes of files")
struct FileWatchTests {
    /// Waits for a change of a name.
    private func expect(
        _ watch: FileWatch, _ number: CInt, _ name: String, _ changes: FileWatch.Changes,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let epoll = try Epoll()
        try epoll.add(watch.descriptor.number, .readable, token: 1)
        let deadline = Clock.monotonicMilliseconds() + 30_000
        while Clock.monotonicMilliseconds() < deadline {
            while let event = watch.next() {
                if event == FileWatch.Event(watch: number, name: name, changes: changes) { return }
            }
            _ = try epoll.waitForEvent()
        }
        Issue.record("no \(changes) of '\(name)'", sourceLocation: location)
    }

    @Test("Each kind of change is told, with the folder and the name")
    func changes() throws {
        try withTemporaryFolder { folder in
            let watch = try FileWatch()
            #expect(watch.next() == nil)
            let root = try watch.add(folder)
            let again = try watch.add(folder)
            #expect(again == root)
            try Files.create(folder + "/a", text: "1", mode: 0o644)
            try expect(watch, root, "a", .created)
            try expect(watch, root, "a", .written)
            try Files.rename(folder + "/a", to: folder + "/a name that is longer than the alignment")
            try expect(watch, root, "a", .movedOut)
            try expect(watch, root, "a name that is longer than the alignment", .movedIn)
            try Files.chown(
                folder + "/a name that is longer than the alignment", user: SystemProcess.effectiveUser,
                group: nil)
            try expect(watch, root, "a name that is longer than the alignment", .attributes)
            Files.remove(folder + "/a name that is longer than the alignment")
            try expect(watch, root, "a name that is longer than the alignment", .deleted)
            let made = try Shell.run("mkdir \"$0/sub\"", [folder])
            #expect(made.isEmpty)
            try expect(watch, root, "sub", [.created, .isDirectory])
            let sub = try watch.add(folder + "/sub")
            #expect(sub != root)
            try Files.create(folder + "/sub/b", text: "2", mode: 0o644)
            try expect(watch, sub, "b", .written)
            Files.remove(folder + "/sub/b")
            let removed = try Shell.run("rmdir \"$0/sub\"", [folder])
            #expect(removed.isEmpty)
            try expect(watch, sub, "", .ended)
            watch.remove(root)
            try expect(watch, root, "", .ended)
        }
    }

    @Test("Reading a folder changes nothing, and what is no folder cannot be watched")
    func quiet() throws {
        try withTemporaryFolder { folder in
            try Files.create(folder + "/a", text: "1", mode: 0o644)
            let watch = try FileWatch()
            _ = try watch.add(folder)
            #expect(Files.text(folder + "/a") == "1")
            let entries = try Files.list(folder)
            #expect(entries.count == 1 && watch.next() == nil)
            let missing = folder + "/missing"
            #expect(throws: SyscallError(call: "watch \(missing)", code: 2)) { try watch.add(missing) }
            let file = folder + "/a"
            #expect(throws: SyscallError(call: "watch \(file)", code: 20)) { try watch.add(file) }
        }
    }

    @Test("When changes are lost, that is told")
    func overflow() throws {
        try withTemporaryFolder { folder in
            let limit =
                Int(
                    Files.text("/proc/sys/fs/inotify/max_queued_events")?.filter(\.isNumber) ?? "") ?? 16_384
            try #require(limit < 200_000, "the machine's limit is too high to be reached in a test")
            let watch = try FileWatch()
            let root = try watch.add(folder)
            let (first, second) = (folder + "/a", folder + "/b")
            try Files.create(first, text: "", mode: 0o644)
            for _ in 0...limit / 4 + 1 {
                try Files.rename(first, to: second)
                try Files.rename(second, to: first)
            }
            var last: FileWatch.Event?
            while let event = watch.next() {
                last = event
                #expect(event.watch == root || event.changes == .overflow)
            }
            #expect(last == FileWatch.Event(watch: -1, name: "", changes: .overflow))
        }
    }

    @Test("A folder's list says what is what, and follows no link")
    func list() throws {
        try withTemporaryFolder { folder in
            let made = try Shell.run("cd \"$0\" && mkdir d && echo > f && ln -s d l && mkfifo p", [folder])
            #expect(made.isEmpty)
            let entries = try Files.list(folder).sorted { $0.name < $1.name }
            #expect(entries.map(\.name) == ["d", "f", "l", "p"])
            #expect(entries.map(\.kind) == [.directory, .regular, .other, .other])
            let missing = folder + "/missing"
            #expect(throws: SyscallError(call: "open \(missing)", code: 2)) { try Files.list(missing) }
        }
    }
}
