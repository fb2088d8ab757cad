import CSyscalls
import Glibc

/// What the file system says about a path.
public struct FileStatus: Sendable, BitwiseCopyable {
    /// What it is; a device is one that takes characters, as /dev/null.
    public enum Kind: Sendable, BitwiseCopyable {
        case regular, directory, device, other
    }
    /// What it is.
    public let kind: Kind
    /// Octets.
    public let size: Int
    /// When its content was changed, in seconds since 1970.
    public let modified: Int
    /// And how many nanoseconds after that.
    public let modifiedNanoseconds: Int
    /// Who may do what: 0 to 0o7777.
    public let permissions: UInt32
    /// The number of the user who owns it.
    public let user: UInt32
    /// The number of its group.
    public let group: UInt32

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFCHR: kind = .device
        default: kind = .other
        }
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
        permissions = status.st_mode & 0o7777
        user = status.st_uid
        group = status.st_gid
    }
}

/// What tells a file from every other one that exists at the same time.
public struct FileIdentity: Equatable, Sendable, BitwiseCopyable {
    let device: UInt64
    let inode: UInt64
}

/// Files, by path and by descriptor.
public enum Files {
    /// stat(2); `nil` where there is nothing.
    public static func status(_ path: String) -> FileStatus? {
        Findings.ask("status \(path)", unknown: nil) {
            var status = stat()
            return stat(path, &status) == 0 ? FileStatus(status) : nil
        }
    }

    /// access(2).
    private static func allows(_ path: String, _ mode: CInt) -> Bool {
        Findings.ask("access \(mode) \(path)", unknown: false) { access(path, mode) == 0 }
    }

    /// fstat(2).
    public static func status(of descriptor: CInt) -> FileStatus? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
    }

    /// Whether this process may run the file at `path`.
    public static func isExecutable(_ path: String) -> Bool {
        status(path)?.kind == .regular && allows(path, X_OK)
    }

    /// Whether the path itself is a symbolic link.
    public static func isLink(_ path: String) -> Bool {
        Findings.ask("link \(path)", unknown: false) {
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
        }
    }

    /// Whether this process may create files in the folder at `path`.
    public static func canWriteInDirectory(_ path: String) -> Bool {
        status(path)?.kind == .directory && allows(path, W_OK | X_OK)
    }

    /// Which file a path itself, not what it links to, names now; `nil` where there is nothing.
    public static func identity(_ path: String) -> FileIdentity? {
        Findings.ask("identity \(path)", unknown: nil) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        }
    }

    /// Whether the path itself, not what it links to, is a socket.
    public static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether this process may write the file at `path`, or create it where it is missing.
    public static func canWriteFile(_ path: String) -> Bool {
        if let status = status(path) { return status.kind != .directory && allows(path, W_OK) }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return status(folder)?.kind == .directory && allows(folder, W_OK | X_OK)
    }

    /// Whether this process may read the file at `path`.
    public static func isReadable(_ path: String) -> Bool { allows(path, R_OK) }

    /// Whether this process may list and enter the folder at `path`.
    public static func isReadableDirectory(_ path: String) -> Bool {
        status(path)?.kind == .directory && allows(path, R_OK | X_OK)
    }

    /// The path without links and dots; `nil` where there is nothing.
    public static func absolutePath(_ path: String) -> String? {
        Findings.ask("path \(path)", unknown: nil) {
            guard let resolved = realpath(path, nil) else { return nil }
            defer { free(resolved) }
            return String(cString: resolved)
        }
    }

    /// Opens a folder, to open what is in it.
    public static func openDirectory(_ path: String) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(
            adopting: try require("open \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// Opens a file for reading. It does not wait for whoever writes into a pipe.
    public static func openToRead(_ path: String) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(
            adopting: try require("open \(path)") { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) })
    }

    /// A file without a name in `folder`; it goes when it is closed.
    public static func temporary(in folder: String) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(adopting: try require("open in \(folder)") { CSyscalls_temporary_file(folder) })
    }

    /// A file in memory that holds `bytes`; another process reads it as `/proc/self/fd/N`.
    public static func inMemory(name: String, _ bytes: [UInt8]) throws(SyscallError) -> OwnedDescriptor {
        let file = OwnedDescriptor(adopting: try require("memfd_create") { CSyscalls_memfd(name) })
        try bytes.withUnsafeBufferPointer { bytes throws(SyscallError) in
            guard Descriptor.writeAll(file.number, bytes) else {
                throw SyscallError(call: "write", code: errno)
            }
        }
        // Those who read it share it.
        try require("fcntl") { CSyscalls_seal(file.number) }
        return file
    }

    /// pwrite(2) of all bytes.
    public static func write(
        _ descriptor: CInt, _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int
    ) throws(SyscallError) {
        var done = 0
        while done < bytes.count {
            done += try require("pwrite") {
                pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            }
        }
    }

    /// pread(2).
    public static func read(
        _ descriptor: CInt, into memory: UnsafeMutableBufferPointer<UInt8>, at offset: Int
    ) throws(SyscallError) -> Int {
        try require("pread") { pread(descriptor, memory.baseAddress, memory.count, off_t(offset)) }
    }

    /// The text of a small file.
    public static func text(_ path: String) -> String? {
        // Nobody is waited for: a pipe in the place of a file has no text.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard number >= 0 else { return nil }
        let file = OwnedDescriptor(adopting: number)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { memory in
            guard case .bytes(let count) = Descriptor.read(file.number, into: memory) else { return nil }
            return String(decoding: memory[0..<count], as: UTF8.self)
        }
    }

    /// Creates a file that must not exist yet, with `text` in it.
    public static func create(_ path: String, text: String, mode: mode_t) throws(SyscallError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = OwnedDescriptor(adopting: try require("open \(path)") { open(path, flags, mode) })
        var text = text
        text.withUTF8 { bytes in _ = Descriptor.writeAll(file.number, bytes) }
    }

    /// rename(2).
    public static func rename(_ old: String, to new: String) throws(SyscallError) {
        try require("rename") { Glibc.rename(old, new) }
    }

    /// unlink(2); what is not there is no error.
    public static func remove(_ path: String) { _ = unlink(path) }
}

extension Files {
    /// Whether an errno says that the file is there and may not be read.
    public static func isPermissionDenied(_ code: CInt) -> Bool { code == EACCES || code == EPERM }

    /// Whether an errno says that a path leads out of the folder that it is looked for in.
    public static func isEscape(_ code: CInt) -> Bool { code == EXDEV }

    /// The errno of a link that is not followed.
    public static var refusedLink: CInt { ELOOP }
    /// The errno of what may not be read.
    public static var permissionDenied: CInt { EACCES }

    /// Whether an errno says that a link on the way is not followed.
    public static func isRefusedLink(_ code: CInt) -> Bool { code == ELOOP }
}
