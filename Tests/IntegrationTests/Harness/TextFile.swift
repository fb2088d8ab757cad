import Syscalls
import Testing

/// Whole files as text.
enum TextFile {
    /// Opens an absolute path for reading.
    static func open(_ path: String) throws(SyscallError) -> OwnedDescriptor {
        let root = try Files.openDirectory("/")
        let number = String(path.drop { $0 == "/" }).withCString {
            Files.openBeneath(root.number, $0, links: .on)
        }
        guard number >= 0 else { throw SyscallError(call: "open \(path)", code: -number) }
        return OwnedDescriptor(adopting: number)
    }

    /// What is in a file; empty where there is none.
    static func read(_ path: String) -> String {
        guard let file = try? open(path), let text = try? read(file) else { return "" }
        return text
    }

    /// What is in an open file, from its beginning.
    static func read(_ file: borrowing OwnedDescriptor) throws -> String {
        let number = file.number
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { memory in
            var bytes: [UInt8] = []
            while case let count = try Files.read(number, into: memory, at: bytes.count), count > 0 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: memory[..<count]))
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Replaces a file as a whole, so that nobody reads half of it.
    static func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws {
        Files.remove(path + ".new")
        try Files.create(path + ".new", text: text, mode: mode)
        try Files.rename(path + ".new", to: path)
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // Short: the path of a unix socket has room for 107 bytes.
        path = try run("mktemp", "-d", "/tmp/gateway-test-XXXXXX").trimmed
    }

    deinit { _ = try? run("rm", "-rf", path) }

    /// The names of what is in it.
    func contents() throws -> [String] { try run("ls", "-A", path).lines }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }
}

extension String {
    /// Without white space at the ends.
    var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Its lines, without empty ones. By bytes: a log of many megabytes would take a debug build minutes by characters.
    var lines: [String] {
        var text = self
        return text.withUTF8 { bytes in
            bytes.split { $0 == 10 || $0 == 13 }.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
