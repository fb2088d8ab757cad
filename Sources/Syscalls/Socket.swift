import CSyscalls
import Glibc

/// Stream sockets: listening, accepting, connecting.
public enum Socket {
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
        // Only a refusal says that nobody is there; a socket of another kind is somebody's as well.
        return result == 0 || errno != ECONNREFUSED && errno != ENOENT
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

    /// An address for ``accept(_:peer:)`` to fill in.
    public static var anyAddress: SocketAddress { SocketAddress() }

    static func open(
        _ address: SocketAddress, isNonBlocking: Bool
    ) throws(SyscallError) -> OwnedDescriptor {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let flags = isNonBlocking ? CInt(SOCK_NONBLOCK.rawValue) : 0
        return OwnedDescriptor(
            adopting: try require("socket") { Glibc.socket(address.family, type | flags, 0) })
    }

    static func setOption(
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

extension ConnectingSocket {
    /// The socket alone.
    public consuming func intoSocket() -> OwnedDescriptor { socket }
}
