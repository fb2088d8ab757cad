import CSyscalls
import Glibc

/// Stream sockets: listening, accepting, connecting.
public enum Socket {
    /// A bound, listening socket.
    ///
    /// - Parameter isNonBlocking: False for a socket that an application process accepts from: FastCGI libraries
    ///   expect accept(2) to wait.
    public static func listen(
        _ address: SocketAddress, backlog: Int, isNonBlocking: Bool
    ) throws(SyscallError) -> OwnedDescriptor {
        let socket = try open(address, isNonBlocking: isNonBlocking)
        if !address.isUnix {
            try setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
            // Accepted sockets inherit it, which saves a call for each of them.
            try setOption(socket.number, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        if address.family == AF_INET6, address.host != "::" {
            try setOption(socket.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1)
        }
        try require("bind") { address.withPointer { bind(socket.number, $0, $1) } }
        try require("listen") { Glibc.listen(socket.number, CInt(clamping: backlog)) }
        return socket
    }

    /// Begins to connect.
    ///
    /// - Returns: The socket; where it is not connected yet it becomes writable when it is.
    public static func connect(
        _ address: SocketAddress
    ) throws(SyscallError) -> ConnectingSocket {
        let socket = try open(address, isNonBlocking: true)
        if !address.isUnix { try setOption(socket.number, CInt(IPPROTO_TCP), TCP_NODELAY, 1) }
        let result = address.withPointer { Glibc.connect(socket.number, $0, $1) }
        if result == 0 { return ConnectingSocket(socket: socket, isConnected: true) }
        guard errno == EINPROGRESS || errno == EINTR else { throw SyscallError(call: "connect", code: errno) }
        return ConnectingSocket(socket: socket, isConnected: false)
    }

    /// Whether somebody listens at a unix path; a socket file that nobody listens on is left over from a crash.
    public static func isInUse(_ address: SocketAddress) -> Bool {
        guard let socket = try? open(address, isNonBlocking: true) else { return false }
        let result = address.withPointer { Glibc.connect(socket.number, $0, $1) }
        return result == 0 || errno == EAGAIN
    }

    /// The error of a connection that was being made; `nil` when it succeeded.
    public static func connectionError(_ number: CInt) -> SyscallError? {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return SyscallError(call: "getsockopt", code: errno)
        }
        return code == 0 ? nil : SyscallError(call: "connect", code: code)
    }

    /// Accepts a connection, non-blocking and close-on-exec.
    ///
    /// - Parameter peer: Receives the client's address.
    /// - Returns: The descriptor's number, for the caller to adopt, or errno as a negative number.
    @inline(__always)
    public static func accept(_ listener: CInt, peer: inout SocketAddress) -> CInt {
        let number = peer.withMutablePointer { CSyscalls_accept(listener, $0, $1) }
        return number == -1 ? -errno : number
    }

    /// Whether an errno of accept means that no descriptor is left.
    public static func isOutOfDescriptors(_ code: CInt) -> Bool { code == EMFILE || code == ENFILE }

    /// Whether an errno of accept concerns only the connection that was to be accepted (accept(2), "Error handling").
    public static func isTransient(_ code: CInt) -> Bool {
        [
            EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP,
            ENETUNREACH,
        ]
        .contains(code)
    }

    /// The address that a socket is bound to.
    public static func localAddress(_ number: CInt) throws(SyscallError) -> SocketAddress {
        var address = SocketAddress()
        try require("getsockname") { address.withMutablePointer { getsockname(number, $0, $1) } }
        return address
    }

    /// Whether `number` is a socket that listens.
    public static func isListening(_ number: CInt) -> Bool {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    /// An address for ``accept(_:peer:)`` to fill in.
    public static var anyAddress: SocketAddress { SocketAddress() }

    private static func open(
        _ address: SocketAddress, isNonBlocking: Bool
    ) throws(SyscallError) -> OwnedDescriptor {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let flags = isNonBlocking ? CInt(SOCK_NONBLOCK.rawValue) : 0
        return OwnedDescriptor(
            adopting: try require("socket") { Glibc.socket(address.family, type | flags, 0) })
    }

    private static func setOption(
        _ number: CInt, _ level: CInt, _ option: CInt, _ value: CInt
    ) throws(SyscallError) {
        var value = value
        try require("setsockopt") {
            setsockopt(number, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }
}

/// A socket on its way to a peer.
public struct ConnectingSocket: ~Copyable {
    /// The socket.
    public let socket: OwnedDescriptor
    /// Whether the way is over.
    public let isConnected: Bool
}

/// A listening unix socket without a name. Its file was removed as soon as it was bound, so nothing is left behind
/// however its owner ends, and no other user can find it; who holds ``path`` can connect to it.
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
        listener = try Socket.listen(address, backlog: backlog, isNonBlocking: false)
        inode = OwnedDescriptor(adopting: try require("open \(path)") { CSyscalls_open_path(path) })
    }

    /// The listening descriptor, for the process that is to accept.
    public var descriptor: CInt { listener.number }

    /// Leads to the socket through its inode, in this process and in those forked from it.
    public var address: SocketAddress { SocketAddress(unixPath: "/proc/self/fd/\(inode.number)")! }
}

extension ConnectingSocket {
    /// The socket alone.
    public consuming func intoSocket() -> OwnedDescriptor { socket }
}
