import CSyscalls
import Glibc

extension Socket {
    /// Who is to own the file of a unix socket; `nil` leaves as it is.
    public typealias Owner = (user: UInt32?, group: UInt32?)

    /// A bound, listening socket.
    ///
    /// - Parameters:
    ///   - isNonBlocking: False for a socket that an application process accepts from: FastCGI libraries
    ///     expect accept(2) to wait.
    ///   - reusesPort: Whether several sockets may have the address, each with connections of its own (SO_REUSEPORT).
    ///   - mode: The permissions of a unix socket's file, which at no moment has more; `nil` for what the umask leaves.
    ///   - owner: The owner of a unix socket's file.
    ///   - isIPv6Only: Whether a socket for every IPv6 address leaves IPv4 to others (IPV6_V6ONLY); one for a single address
    ///     always does.
    ///   - root: The folder that the path of a unix socket begins in; see ``Files/inRoot(_:_:)``.
    /// - Throws: The error of the step that failed; a file that was bound is gone then.
    public static func listen(
        _ address: SocketAddress, backlog: Int, isNonBlocking: Bool, reusesPort: Bool = false,
        mode: UInt32? = nil, owner: Owner? = nil, isIPv6Only: Bool = false, root: String? = nil
    ) throws(SyscallError) -> OwnedDescriptor {
        let socket = try open(address, isNonBlocking: isNonBlocking)
        if !address.isUnix {
            try setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
            if reusesPort { try setOption(socket.number, SOL_SOCKET, SO_REUSEPORT, 1) }
            // Accepted sockets inherit it, which saves a call for each of them.
            try setOption(socket.number, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        // An address in mapped form is IPv4's, and is shown so.
        if address.family == AF_INET6, isIPv6Only || address.host != "::", address.host.contains(":") {
            try setOption(socket.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1)
        }
        if let mode {
            // Linux gives the file no permission that the socket itself does not have. A umask would do the same, for
            // every file that any thread creates meanwhile.
            try require("fchmod") { fchmod(socket.number, mode & 0o777) }
        }
        let number = socket.number
        _ = try Files.inRoot(root) { () throws(SyscallError) in
            try require("bind") { address.withPointer { bind(number, $0, $1) } }
        }
        do {
            if let path = address.unixPath { try dress(path, mode: mode, owner: owner, root: root) }
            try relisten(socket.number, backlog: backlog)
            if isNonBlocking { boundAccept(socket.number) }
        } catch {
            if let path = address.unixPath { try? Files.inRoot(root) { Files.remove(path) } }
            throw error
        }
        return socket
    }

    /// Gives the file of a bound socket its owner and its mode. Through its inode: whoever may write in the folder
    /// could put a link in its place.
    private static func dress(
        _ path: String, mode: UInt32?, owner: Owner?, root: String?
    ) throws(SyscallError) {
        guard mode != nil || owner != nil else { return }
        let inode = OwnedDescriptor(
            adopting: try Files.inRoot(root) { () throws(SyscallError) in
                try require("open \(path)") { CSyscalls_open_path(path) }
            })
        var status = stat()
        try require("fstat \(path)") { fstat(inode.number, &status) }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SyscallError(call: "open \(path)", code: ENOTSOCK)
        }
        let link = "/proc/self/fd/\(inode.number)"
        guard access("/proc/self/fd", F_OK) == 0 else {
            throw SyscallError(call: "chmod \(path) without /proc, which has to be mounted", code: ENOENT)
        }
        if let owner {
            try require("chown \(path)") { chown(link, owner.user ?? .max, owner.group ?? .max) }
        }
        // Only now does it get what the umask took away: its group is the right one.
        if let mode { try require("chmod \(path)") { chmod(link, mode & 0o777) } }
    }

    /// Gives a bound or listening socket another length of its backlog.
    public static func relisten(_ number: CInt, backlog: Int) throws(SyscallError) {
        try require("listen") { Glibc.listen(number, CInt(clamping: backlog)) }
    }

    /// Has what is written to a connection, or to those accepted from a listener, leave at once (TCP_NODELAY). Unix sockets
    /// do so anyway.
    public static func sendAtOnce(_ number: CInt) {
        try? setOption(number, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Makes calls on a socket, or on a pipe, return instead of waiting.
    public static func setNonBlocking(_ number: CInt) throws(SyscallError) {
        let flags = try require("fcntl") { fcntl(number, F_GETFL) }
        try require("fcntl") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Whether a listening socket has been shut down: it accepts nothing more.
    public static func isShutDown(_ listener: CInt) -> Bool {
        // POLLRDHUP; a listening socket has no peer that could have closed.
        var entry = pollfd(fd: listener, events: 0x2000, revents: 0)
        return poll(&entry, 1, 0) > 0 && entry.revents & 0x2010 != 0
    }

    /// Accepting from a listener that others share waits for a moment at the most, though somebody may have made it blocking.
    public static func boundAccept(_ listener: CInt) { _ = CSyscalls_bound_accept(listener) }

    /// Lets a TCP socket listen again that was shut down.
    ///
    /// - Returns: Whether it does, at the same address.
    public static func revive(_ number: CInt, _ address: SocketAddress, backlog: Int) -> Bool {
        // A port that the system had chosen was given back.
        _ = address.withPointer { bind(number, $0, $1) }
        guard (try? relisten(number, backlog: backlog)) != nil else { return false }
        return (try? localAddress(number)).map { "\($0)" } == "\(address)"
    }

    /// Takes back what a process may have done to a listener that concerns the next one: another backlog, flags (FastCGI
    /// libraries expect accept(2) to wait), time-outs, signals.
    public static func restore(_ listener: CInt, backlog: Int) {
        try? relisten(listener, backlog: backlog)
        CSyscalls_clear_flags(listener)
    }

    /// Makes a shared listener non-blocking again.
    ///
    /// - Returns: Whether it was not.
    public static func restoreNonBlocking(_ listener: CInt) -> Bool {
        let flags = fcntl(listener, F_GETFL)
        guard flags != -1, flags & O_NONBLOCK == 0 else { return false }
        return fcntl(listener, F_SETFL, flags | O_NONBLOCK) == 0
    }

    /// Whether `number` is a stream socket that listens.
    public static func isListening(_ number: CInt) -> Bool {
        option(number, SO_ACCEPTCONN) == 1 && option(number, SO_TYPE) == CInt(SOCK_STREAM.rawValue)
    }

    /// Whether a socket takes IPv4 too: one for every IPv6 address that does not leave that family to others.
    public static func takesIPv4(_ number: CInt) -> Bool {
        option(number, SO_DOMAIN) == AF_INET || option(number, IPV6_V6ONLY, of: CInt(IPPROTO_IPV6)) == 0
    }

    private static func option(_ number: CInt, _ name: CInt, of level: CInt = SOL_SOCKET) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(number, level, name, &value, &length) == 0 ? value : nil
    }
}
