import CSyscalls
import Glibc

/// A folder that is held, whatever becomes of its path: it may be renamed, removed, or another one put in its place.
public final class FolderReference: Sendable {
    /// Its path without links, as it was when it was opened.
    public let path: String
    /// What tells it from other folders.
    public let identity: FileIdentity
    private let descriptor: OwnedDescriptor

    /// - Parameter path: Links are followed.
    public static func find(_ path: String) throws(SyscallError) -> FolderReference {
        try Findings.folder(path) { () throws(SyscallError) in try FolderReference(path) }
    }

    /// One that was found before.
    init(_ descriptor: consuming OwnedDescriptor, path: String, _ identity: FileIdentity) {
        self.descriptor = descriptor
        self.path = path
        self.identity = identity
    }

    private init(_ path: String) throws(SyscallError) {
        let descriptor = OwnedDescriptor(
            adopting: try require("open \(path)") { CSyscalls_open_folder(path) })
        var status = stat()
        let number = descriptor.number
        try require("fstat \(path)") { fstat(number, &status) }
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        self.path = Files.absolutePath(path) ?? path
        self.descriptor = descriptor
    }

    var number: CInt { descriptor.number }

    /// Whether it has been removed: no folder has its name any more.
    public var isGone: Bool {
        Findings.ask("gone \(identity.device) \(identity.inode)", unknown: true) {
            var status = stat()
            return fstat(descriptor.number, &status) != 0 || status.st_nlink == 0
        }
    }

    /// Its path as it is now; `nil` where it is gone.
    public var currentPath: String? { Files.absolutePath("/proc/self/fd/\(descriptor.number)") }

    /// Makes it the working folder of this process.
    public func enter() throws(SyscallError) {
        try require("fchdir \(path)") { fchdir(descriptor.number) }
    }
}

extension Files {
    /// Which file a path leads to now, links followed; `nil` where there is nothing.
    public static func target(_ path: String) -> FileIdentity? {
        Findings.ask("target \(path)", unknown: nil) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        }
    }
}
