import CSyscalls
import Glibc

/// A listening unix socket without a name. Its file was removed as soon as it was bound, so nothing is left behind
/// however its owner ends, and nobody else can find it; who holds ``address`` can connect to it, whichever user that is.
public final class NamelessSocket: Sendable {
    private let listener: OwnedDescriptor
    private let inode: OwnedDescriptor

    /// Binds in a fresh private folder and removes the name again.
    ///
    /// - Parameter folder: Where the name may exist for a moment.
    public init(backlog: Int, folder: String) throws(SyscallError) {
        var template = Array("\(folder)/gateway-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SyscallError(call: "mkdtemp in \(folder)", code: errno) }
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let path = directory + "/socket"
        defer {
            _ = unlink(path)
            _ = rmdir(directory)
        }
        guard let address = SocketAddress(unixPath: path) else {
            throw SyscallError(call: "bind \(path)", code: ENAMETOOLONG)
        }
        // To connect takes the right to write, and workers are other users than the master. Nobody but the master can
        // enter the folder, and soon there is no name.
        listener = try Socket.listen(address, backlog: backlog, isNonBlocking: false, mode: 0o666)
        inode = OwnedDescriptor(adopting: try require("open \(path)") { CSyscalls_open_path(path) })
    }

    /// The listening descriptor, for the process that is to accept.
    public var descriptor: CInt { listener.number }

    /// Leads to the socket through its inode, in this process and in those forked from it.
    public var address: SocketAddress { SocketAddress(unixPath: "/proc/self/fd/\(inode.number)")! }
}
