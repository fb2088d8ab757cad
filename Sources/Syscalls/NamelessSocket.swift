import CSyscalls
import Glibc

/// A listening unix socket without a name. Its file was removed as soon as it was bound, so nothing is left behind
/// however its owner ends, and nobody else can find it; who holds ``address`` can connect to it, whichever user that is.
///
/// It outlives the processes that accept from it, and each of them may change what it shares with the next one, or shut it down for
/// good. ``prepare()`` undoes what can be undone, and ``renew()`` makes another socket under the same numbers.
public final class NamelessSocket: Sendable {
    private let listener: OwnedDescriptor
    private let inode: OwnedDescriptor
    private let backlog: Int
    private let folder: String

    /// Binds in a fresh private folder and removes the name again. The folder is used by its descriptor: whoever may write in
    /// the one that it lies in could put another in its place, and with it another socket in the place of this one.
    ///
    /// - Parameter folder: Where the name may exist for a moment.
    public init(backlog: Int, folder: String) throws(SyscallError) {
        self.backlog = backlog
        self.folder = folder
        let ends = try Self.bind(backlog: backlog, folder: folder)
        listener = OwnedDescriptor(adopting: ends.listener)
        inode = OwnedDescriptor(adopting: ends.inode)
    }

    private static func bind(
        backlog: Int, folder: String
    ) throws(SyscallError) -> (listener: CInt, inode: CInt) {
        let parent = OwnedDescriptor(
            adopting: try require("open \(folder)") { CSyscalls_open_path("\(folder)/.") })
        let name = "gateway-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try require("mkdir in \(folder)") { mkdirat(parent.number, name, 0o700) }
        let place = try open(name, in: parent, folder)
        defer {
            _ = unlinkat(place.number, "socket", 0)
            _ = unlinkat(parent.number, name, AT_REMOVEDIR)
        }
        guard let address = SocketAddress(unixPath: "/proc/self/fd/\(place.number)/socket") else {
            throw SyscallError(call: "bind in \(folder)", code: ENAMETOOLONG)
        }
        // To connect takes the right to write, and workers are other users than the master. Nobody but the master can
        // enter the folder, and soon there is no name.
        let listener = try Socket.listen(address, backlog: backlog, isNonBlocking: false, mode: 0o666)
        let number = place.number
        let inode = try require("open in \(folder)") { CSyscalls_open_place(number, "socket") }
        return (listener.relinquish(), inode)
    }

    /// Opens the folder that was made, if it is still that one.
    private static func open(
        _ name: String, in parent: borrowing OwnedDescriptor, _ folder: String
    ) throws(SyscallError) -> OwnedDescriptor {
        let number = parent.number
        let made = OwnedDescriptor(
            adopting: try require("open in \(folder)") { CSyscalls_open_place(number, name) })
        var status = stat()
        let fresh = made.number
        try require("fstat in \(folder)") { fstat(fresh, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0
        else {
            throw SyscallError(call: "open in \(folder)", code: EPERM)
        }
        return made
    }

    /// The listening descriptor, for the process that is to accept.
    public var descriptor: CInt { listener.number }

    /// The descriptor that ``address`` goes by. Processes forked from this one have it under the same number.
    public var place: CInt { inode.number }

    /// Leads to the socket through its inode, in this process and in those forked from it.
    public var address: SocketAddress { SocketAddress(unixPath: "/proc/self/fd/\(inode.number)")! }

    /// Whether somebody has shut it down: it refuses every connection, for ever.
    public var isShutDown: Bool { Socket.isShutDown(listener.number) }

    /// Takes back what a process may have done to it that concerns the next one.
    public func prepare() { Socket.restore(listener.number, backlog: backlog) }

    /// Makes another socket in the place of this one, under the same numbers. Processes that were forked before have to be sent
    /// what is open at ``place``.
    public func renew() throws(SyscallError) {
        let ends = try Self.bind(backlog: backlog, folder: folder)
        Parcels.replace(listener.number, by: OwnedDescriptor(adopting: ends.listener))
        Parcels.replace(inode.number, by: OwnedDescriptor(adopting: ends.inode))
    }
}
