// A file by the descriptor of its folder. Root makes files in folders that other users may write in, or that lie in such
// folders: they may put a link in the place of a folder on the way, and root would make, rename or remove a file where they
// chose. So the folder is found name by name, without following a link of theirs, and what is done is done in the folder
// that was found, whatever has become of its path since.

import CSyscalls
import Glibc

/// A folder that was found, and a name in it.
public struct GuardedPlace: ~Copyable {
    /// As many as the kernel follows.
    private static let linkLimit = 40

    private let folder: OwnedDescriptor
    private let name: String
    private let path: String

    /// Finds the folder of a path.
    ///
    /// - Parameter users: Those whose links are not followed; the caller's own always are.
    /// - Throws: EPERM where a link of one of them is on the way.
    public init(_ path: String, distrusting users: Set<UInt32>) throws(SyscallError) {
        var names = Self.names(path)
        guard let name = names.popLast() else { throw SyscallError(call: "open \(path)", code: ENOENT) }
        var folder = try Self.open(path.hasPrefix("/") ? "/" : ".", in: AT_FDCWD, path)
        // The next one is the last.
        names.reverse()
        var links = 0
        while let next = names.popLast() {
            let place = try Self.open(next, in: folder.number, path)
            let number = place.number
            var status = stat()
            try require("fstat \(path)") { fstat(number, &status) }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                folder = place
                continue
            }
            links += 1
            guard links <= Self.linkLimit else { throw SyscallError(call: "open \(path)", code: ELOOP) }
            guard !users.contains(status.st_uid) || status.st_uid == geteuid() else {
                throw SyscallError(call: "open \(path)", code: EPERM)
            }
            let target = try Self.target(of: place, path)
            if target.hasPrefix("/") { folder = try Self.open("/", in: AT_FDCWD, path) }
            names += Self.names(target).reversed()
        }
        self.folder = folder
        self.name = name
        self.path = path
    }

    private static func names(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    private static func open(
        _ name: String, in folder: CInt, _ path: String
    ) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(adopting: try require("open \(path)") { CSyscalls_open_place(folder, name) })
    }

    private static func target(
        of link: borrowing OwnedDescriptor, _ path: String
    ) throws(SyscallError) -> String {
        let number = link.number
        var octets = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try require("readlink \(path)") {
            octets.withUnsafeMutableBytes { bytes in
                readlinkat(number, "", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
            }
        }
        return String(decoding: octets[..<count], as: UTF8.self)
    }

    func open(_ flags: CInt, _ mode: mode_t = 0) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(
            adopting: try require("open \(path)") { openat(folder.number, name, flags | O_NOFOLLOW, mode) })
    }

    /// Whether nobody but the caller may change what is in the folder.
    var isPrivate: Bool {
        var status = stat()
        return fstat(folder.number, &status) == 0 && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }

    /// Whether a symbolic link has the name.
    public var isLink: Bool {
        var status = stat()
        return fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The text of a small file; `nil` where there is none, or none that can be read.
    public var text: String? {
        // Nobody is waited for: a pipe in the place of a file has no text.
        let number = openat(folder.number, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
        guard number >= 0 else { return nil }
        let file = OwnedDescriptor(adopting: number)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { memory in
            switch Descriptor.read(file.number, into: memory) {
            case .bytes(let count): String(decoding: memory[0..<count], as: UTF8.self)
            case .end, .wouldBlock, .failed: nil
            }
        }
    }

    /// Creates a file that must not exist yet, with `text` in it.
    public func create(text: String, mode: mode_t) throws(SyscallError) {
        let file = try open(O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        try Descriptor.writeText(file.number, text)
    }

    /// rename(2).
    public func rename(to other: borrowing GuardedPlace) throws(SyscallError) {
        let (old, new) = (folder.number, other.folder.number)
        try require("rename") { renameat(old, name, new, other.name) }
    }

    /// unlink(2); what is not there is no error.
    public func remove() { _ = unlinkat(folder.number, name, 0) }
}
