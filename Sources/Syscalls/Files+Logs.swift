// Logs as files. The master may be root, and the workers that write them another user, who may own a folder on the way and put
// there what they like, a link among it. So what root does for them it does in a folder that was found name by name, without
// following a link of theirs; and what is only to be appended to is never made.

import CSyscalls
import Glibc

extension Files {
    private static let logFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY

    /// Opens a log for appending and creates it where it is missing; a link in its place is not followed.
    ///
    /// - Parameter users: Those whose links are not followed on the way either. Where they could have put something in the
    ///   folder, a file that has another name besides is not taken: it could be a stranger's.
    /// - Throws: ENXIO or EINVAL for what is neither a file nor a device: a pipe would make its writers wait. EPERM where one
    ///   of `users` is not trusted with it.
    public static func openLog(
        _ path: String, distrusting users: Set<UInt32> = []
    ) throws(SyscallError) -> OwnedDescriptor {
        guard !users.isEmpty else {
            let file = OwnedDescriptor(
                adopting: try require("open \(path)") { Glibc.open(path, logFlags | O_CREAT, 0o640) })
            _ = try logStatus(of: file, path)
            return file
        }
        let place = try GuardedPlace(path, distrusting: users)
        let file = try place.open(logFlags | O_CREAT, 0o640)
        let status = try logStatus(of: file, path)
        guard status.st_mode & S_IFMT == S_IFCHR || status.st_nlink == 1 || place.isPrivate else {
            throw SyscallError(call: "open \(path)", code: EPERM)
        }
        return file
    }

    /// Opens a log for appending that another user's processes write and that was made for them already. It is not created: made by
    /// this user it would be closed to them. A file under another name too, or of another owner, could be somebody's
    /// whom they want to harm.
    ///
    /// - Throws: EPERM for such a file, and where a link of that user is on the way to it; ENOENT where there is none.
    public static func openLog(
        _ path: String, ownedBy user: UInt32, distrusting users: Set<UInt32> = []
    ) throws(SyscallError) -> OwnedDescriptor {
        let place = try GuardedPlace(path, distrusting: users.union([user]))
        let file = try place.open(logFlags)
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
    public static func giveLog(
        _ path: String, user: UInt32, group: UInt32, distrusting users: Set<UInt32> = []
    ) throws(SyscallError) {
        let place = try GuardedPlace(path, distrusting: users.union([user]))
        let obstacle: SyscallError
        do throws(SyscallError) {
            let file = try place.open(logFlags | O_CREAT | O_EXCL, 0o640)
            return try give(file, path, user, group)
        } catch {
            obstacle = error
        }
        let file: OwnedDescriptor
        do throws(SyscallError) {
            file = try place.open(logFlags)
        } catch {
            // Where there is none after all, what has kept it from being made says more.
            throw error.isNotFound ? obstacle : error
        }
        let status = try logStatus(of: file, path)
        if status.st_uid == user || status.st_mode & S_IFMT == S_IFCHR { return }
        guard status.st_uid == geteuid(), status.st_nlink == 1, place.isPrivate else {
            throw SyscallError(call: "chown \(path)", code: EPERM)
        }
        try give(file, path, user, group)
    }

    /// Whether a file has something in it and does not end with a line feed; false for what is no file, or cannot be read.
    static func endsWithinLine(_ log: CInt) -> Bool {
        var status = stat()
        guard fstat(log, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            return false
        }
        // A log is open for writing only.
        let number = Glibc.open("/proc/self/fd/\(log)", O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return false }
        let reader = OwnedDescriptor(adopting: number)
        var last = UInt8(ascii: "\n")
        return pread(reader.number, &last, 1, status.st_size - 1) == 1 && last != UInt8(ascii: "\n")
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
