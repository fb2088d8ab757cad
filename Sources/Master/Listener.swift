import Plans
import Settings
import Syscalls

/// A bound, listening socket, and why there is one.
final class Listener {
    /// Where it comes from: what a reload or a successor knows it by.
    enum Origin: Equatable {
        /// Somebody asked for it.
        case bind(BindAddress)
        /// The service manager passed it.
        case activated
    }

    let origin: Origin
    let address: SocketAddress
    /// The file of a unix socket that the gateway is to remove.
    let file: SocketFile?
    /// Whether another process opened it.
    let isInherited: Bool
    private let socket: OwnedDescriptor

    var number: CInt { socket.number }

    /// Takes over a socket that listens already.
    init(inheriting number: CInt, origin: Origin) throws(ConfigurationError) {
        guard Socket.isListening(number), let address = try? Socket.localAddress(number) else {
            throw .environment("descriptor \(number) was to be listened on, and is no listening socket")
        }
        do {
            try Socket.setNonBlocking(number)
            try Descriptor.setCloseOnExec(number, true)
            Socket.boundAccept(number)
        } catch {
            throw .environment("cannot listen on descriptor \(number): \(error.reason)")
        }
        socket = OwnedDescriptor(adopting: number)
        self.address = address
        self.origin = origin
        file = SocketFile(origin)
        isInherited = true
    }

    /// Opens a socket.
    ///
    /// - Parameter wanted: One of the addresses that `bind` stands for.
    init(
        _ bind: BindAddress, at wanted: SocketAddress, _ configuration: Configuration
    ) throws(ListenFailure) {
        let settings = configuration.settings
        let place = "\(bind)" == "\(wanted)" ? "\(bind)" : "\(wanted) (\(bind))"
        do {
            if case .unix(let path) = bind {
                let isDressed = settings.socketMode != nil || settings.socketOwner != nil
                guard !isDressed || Files.status("/proc/self/fd") != nil else {
                    throw ConfigurationError.environment(
                        "there is no /proc here, and 'socket-mode' and 'socket-owner' need it: mount it (mount -t proc proc /proc)"
                    )
                }
                try SocketFile.clear(path, wanted)
            }
            let owner = try settings.socketOwner.map { text throws(ConfigurationError) in
                try configuration.goingByFindings { () throws(ConfigurationError) in
                    try SocketOwner.resolve(text)
                }
            }
            socket = try Socket.listen(
                wanted, backlog: settings.backlog, isNonBlocking: true, reusesPort: settings.reusesPort,
                mode: settings.socketMode, owner: owner, isIPv6Only: true)
            address = try Socket.localAddress(socket.number)
        } catch let error as ConfigurationError {
            throw ListenFailure(error: error)
        } catch let error as SyscallError {
            throw ListenFailure(
                error: .environment("cannot listen on \(place): \(error.reason)\(Self.advice(error))"),
                isAbsent: error.isAddressUnavailable || error.isFamilyUnavailable,
                isInUse: error.isAddressInUse)
        } catch {
            throw ListenFailure(error: .environment("cannot listen on \(place): \(error)"))
        }
        origin = .bind(bind)
        file = SocketFile(origin)
        isInherited = false
    }

    private static func advice(_ error: SyscallError) -> String {
        if error.isAddressInUse {
            return "; stop the process that uses it, or choose another with --bind"
        }
        if error.isAddressUnavailable { return "; this machine has no such address" }
        return ""
    }

    /// For the message that says where the gateway listens: the address itself, for a name may have several, and a port of 0
    /// has become a real one.
    var url: String { address.isUnix ? "\(address)" : "http://\(address)/" }

    /// Whether who connects to an address reaches this socket.
    func has(_ other: SocketAddress) -> Bool {
        if address == other { return true }
        guard !address.isUnix, !other.isUnix, address.isWildcard, address.port == other.port else {
            return false
        }
        return address.isIPv6 == other.isIPv6 || address.isIPv6 && Socket.takesIPv4(number)
    }
}

/// The file of a unix socket, known by its inode: another gateway may have put its own in the same place since.
struct SocketFile: Equatable {
    private let path: String
    private let identity: FileIdentity

    /// - Returns: `nil` for what has no file, or none that is the gateway's.
    init?(_ origin: Listener.Origin) {
        guard case .bind(.unix(let path)) = origin, let identity = Files.identity(path) else { return nil }
        self.path = path
        self.identity = identity
    }

    /// Whether it is still there.
    var isThere: Bool { Files.identity(path) == identity }

    func remove() { if isThere { Files.remove(path) } }

    /// Makes room for the file of a unix socket.
    static func clear(_ path: String, _ address: SocketAddress) throws(ConfigurationError) {
        guard !Socket.isInUse(address) else {
            throw .environment(
                "cannot listen on unix:\(path): another process does; stop it, or choose another path")
        }
        // Left over from a process that could not clean up.
        if Files.isSocket(path) {
            Files.remove(path)
        } else if Files.status(path) != nil {
            throw .environment(
                "cannot listen on unix:\(path): there is a file that is no socket; choose another path")
        }
    }
}
