import Syscalls
import Testing
@testable import Master
@testable import Settings

@Suite("Pid files")
struct PIDFileTests {
    private let line = "\(SystemProcess.id)\n"

    @Test("The file holds the pid, moves, and goes")
    func life() throws {
        try withTemporaryFolder { folder in
            let (path, second) = (folder + "/pid", folder + "/pid.2")
            let file = try PIDFile(second, own: [])
            #expect(Files.text(second) == line)
            try file.move(to: path)
            #expect(Files.text(path) == line && Files.status(second) == nil && file.path == path)
            #expect(Files.status(path)?.permissions == 0o644)
            file.remove()
            #expect(Files.status(path) == nil)
        }
    }

    @Test("A pid that runs is respected; one that is stale or our own is not")
    func stale() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/pid"
            let parent = SystemProcess.parentID
            try Files.create(path, text: "\(parent)\n", mode: 0o644)
            let error = #expect(throws: ConfigurationError.self) { try PIDFile(path, own: []) }
            #expect(error?.message.contains("names the running process \(parent)") == true)
            _ = try PIDFile(path, own: [parent])
            #expect(Files.text(path) == line)
            _ = try PIDFile(path, own: [])
            for text in ["4194399\n", "", "0", "-5", " 4194399 "] {
                Files.remove(path)
                try Files.create(path, text: text, mode: 0o600)
                _ = try PIDFile(path, own: [])
                #expect(Files.text(path) == line)
            }
        }
    }

    @Test(
        "A file that holds something else is not overwritten", arguments: ["root:x:0:0\n", "12 13\n", "1x"])
    func other(_ text: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/precious"
            try Files.create(path, text: text, mode: 0o644)
            #expect(throws: ConfigurationError.self) { try PIDFile(path, own: []) }
            #expect(Files.text(path) == text)
        }
    }

    @Test("No link is followed: not in the file's place, not in that of its first name")
    func links() throws {
        try withFolder("echo -n kept > target; ln -s target pid; ln -s target other.\(SystemProcess.id)") {
            folder in
            let error = #expect(throws: ConfigurationError.self) { try PIDFile(folder + "/pid", own: []) }
            #expect(error?.message.contains("is a symbolic link") == true)
            let file = try PIDFile(folder + "/other", own: [])
            #expect(throws: ConfigurationError.self) { try file.move(to: folder + "/pid") }
            #expect(file.path == folder + "/other")
            #expect(Files.text(folder + "/target") == "kept" && Files.text(folder + "/other") == line)
        }
    }

    @Test("A file that another gateway has taken over stays")
    func takenOver() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/pid"
            let file = try PIDFile(path, own: [])
            Files.remove(path)
            try Files.create(path, text: "4194399\n", mode: 0o644)
            file.remove()
            #expect(Files.text(path) == "4194399\n")
            #expect(throws: ConfigurationError.self) { try file.move(to: folder + "/new") }
        }
    }

    @Test("A place that cannot be written is named, and nothing is left in it")
    func unwritable() throws {
        try withFolder("mkdir pid") { folder in
            for path in [folder + "/missing/pid", folder + "/pid"] {
                let error = #expect(throws: ConfigurationError.self) { try PIDFile(path, own: []) }
                #expect(error?.message.contains("'\(path)' (--pid)") == true)
                #expect(Files.status("\(path).\(SystemProcess.id)") == nil)
            }
        }
    }
}
