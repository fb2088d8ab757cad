// Logs as files. The master may be root, and the workers that write them another user, who may own a folder on the way and put
// there what they like, a link among it. So what root does for them it does in a folder that was found name by name, without
// following a link of theirs; and what is only to be appended to is never made.

import CSyscalls
import Glibc

extension Files {
    fileprivate static let logFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY

    /// Opens a log for appending and creates it where it is missing; a link in its place is not followed.
    ///
    /// - Throws: ENXIO or EINVAL for what is neither a file nor a device: a pipe would make its writers wait.
    public static func openLog(_ path: String) throws(SyscallError) -> OwnedDescriptor {
        let file = OwnedDescriptor(
            adopting: try require("open \(path)") { open(path, logFlags | O_CREAT, 0o640) })
        _ = try logStatus(of: file, path)
        return file
    }

    /// Opens a log for appending that another user's processes write and that was made for them already. It is not created: made by
    /// this user it would be closed to them. A file under another name too, or of another owner, could be somebody's
    /// whom they want to harm.
    ///
    /// - Throws: EPERM for such a file, and where a link of that user is on the way to it; ENOENT where there is none.
    public static func openLog(_ path: String, ownedBy user: UInt32) throws(SyscallError) -> OwnedDescriptor {
        let place = try LogPlace(path, distrusting: user)
        let file = try place.open()
        let status = try logStatus(of: file, path)
        guard status.st_mode & S_IFMT == S_IFCHR || status.st_uid == user && status.st_nlink == 1 else {
            throw SyscallError(call: "open \(path)", code: EPERM)
        }
        return file
    }

    /// Creates a log where it is missing, and gives a log that the caller owns to somebody else.
    ///
    /// A file that was there is given away only where none but the caller may write in its folder: anybody else could have put
    /// the name of a stranger's file there.
    ///
    /// - Throws: EPERM for a file that is not given away and does not belong to `user`, and where a link of that user is on the way.
    public static func giveLog(_ path: String, user: UInt32, group: UInt32) throws(SyscallError) {
        let place = try LogPlace(path, distrusting: user)
        let created = place.create()
        if created >= 0 {
            let file = OwnedDescriptor(adopting: created)
            return try give(file, path, user, group)
        }
        // Where there is none after all, what has kept it from being made says more.
        let file = try place.open(missing: -created)
        let status = try logStatus(of: file, path)
        if status.st_uid == user || status.st_mode & S_IFMT == S_IFCHR { return }
        guard status.st_uid == geteuid(), status.st_nlink == 1, place.isPrivate else {
            throw SyscallError(call: "chown \(path)", code: EPERM)
        }
        try give(file, path, user, group)
    }

    private static func give(
        _ file: borrowing OwnedDescriptor, _ path: String, _ user: UInt32, _ group: UInt32
    ) throws(SyscallError) {
        let number = file.number
        try require("chown \(path)") { fchown(number, user, group) }
    }

    private static func logStatus(
        of file: borrowing OwnedDescriptor, _ path: String
    ) throws(SyscallError) -> stat {
        var status = stat()
        let number = file.number
        try require("fstat \(path)") { fstat(number, &status) }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFCHR else {
            throw SyscallError(call: "open \(path)", code: EINVAL)
        }
        return status
    }
}

/// The folder of a log, and the log's name in it.
private struct LogPlace: ~Copyable {
    /// As many as the kernel follows.
    private static let linkLimit = 40

    private let folder: OwnedDescriptor
    private let name: String
    private let path: String

    /// Finds the folder.
    ///
    /// - Throws: EPERM where a link is on the way that `user` has made, who is not the caller.
    init(_ path: String, distrusting user: UInt32) throws(SyscallError) {
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
            guard status.st_uid != user || user == geteuid() else {
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

    /// Opens the log for appending.
    ///
    /// - Parameter code: The error where there is none.
    func open(missing code: CInt = ENOENT) throws(SyscallError) -> OwnedDescriptor {
        let number = openat(folder.number, name, Files.logFlags)
        guard number >= 0 else {
            throw SyscallError(call: "open \(path)", code: errno == ENOENT ? code : errno)
        }
        return OwnedDescriptor(adopting: number)
    }

    /// Creates it where it is missing.
    ///
    /// - Returns: The descriptor's number, for the caller to adopt, or errno as a negative number.
    func create() -> CInt {
        let number = openat(folder.number, name, Files.logFlags | O_CREAT | O_EXCL, 0o640)
        return number == -1 ? -errno : number
    }

    /// Whether nobody but the caller may change what is in the folder.
    var isPrivate: Bool {
        var status = stat()
        return fstat(folder.number, &status) == 0 && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }
}
