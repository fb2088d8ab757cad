// Files that tell others of a process: it makes them, or takes over those that an earlier process left, and
// removes them at its end if they are still its own.

import Glibc

extension Files {
    /// Creates a file, or opens and empties the one that is there.
    ///
    /// - Returns: The file, for writing, and whether it is new.
    /// - Throws: EEXIST where something is there that is not a regular file, a link too, or a file that has
    ///   another name besides: whoever may write in the folder could have put the name of a stranger's file
    ///   there.
    public static func claim(
        _ path: String, mode: UInt32
    ) throws(SyscallError) -> (descriptor: CInt, isNew: Bool) {
        let created = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if created >= 0 { return (created, true) }
        guard errno == EEXIST else { throw SyscallError(call: "open", code: errno) }
        let found = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard found >= 0 else {
            let isOther = errno == ELOOP || errno == EISDIR || errno == ENXIO
            throw SyscallError(call: "open", code: isOther ? EEXIST : errno)
        }
        let file = OwnedDescriptor(adopting: found)
        var status = stat()
        try require("fstat") { fstat(file.number, &status) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            throw SyscallError(call: "open", code: EEXIST)
        }
        try require("truncate") { ftruncate(file.number, 0) }
        return (file.relinquish(), false)
    }

    /// unlink(2).
    ///
    /// - Throws: Every error but that there is nothing.
    public static func removeIfThere(_ path: String) throws(SyscallError) {
        guard unlink(path) == -1, errno != ENOENT else { return }
        throw SyscallError(call: "unlink", code: errno)
    }

    /// Which file a descriptor is open on.
    public static func identity(of descriptor: CInt) -> FileIdentity? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Removes a path if it still names `file`.
    public static func remove(_ path: String, ifStill file: FileIdentity) {
        if identity(path) == file { remove(path) }
    }
}

extension SyscallError {
    /// Whether something is in the place where a file was to be made.
    public var isInTheWay: Bool { code == EEXIST }
}
