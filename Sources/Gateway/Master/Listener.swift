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
    init(_ bind: BindAddress, settings: Settings) throws(ConfigurationError) {
        let wanted = try bind.resolve()
        if case .unix(let path) = bind { try SocketFile.clear(path, wanted) }
        do {
            let owner = try settings.socketOwner.map { text throws(ConfigurationError) in
                try SocketOwner.resolve(text)
            }
            socket = try Socket.listen(
                wanted, backlog: settings.backlog, isNonBlocking: true, reusesPort: settings.reusesPort,
                mode: settings.socketMode, owner: owner)
            address = try Socket.localAddress(socket.number)
        } catch let error as ConfigurationError {
            throw error
        } catch let error as SyscallError {
            throw .environment("cannot listen on \(bind): \(error.reason)\(Self.advice(error))")
        } catch {
            throw .environment("cannot listen on \(bind): \(error)")
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

    /// For the message that says where the gateway listens. A port of 0 has become a real one.
    var url: String {
        guard case .bind(.tcp(let host, _)) = origin else {
            return address.isUnix ? "\(address)" : "http://\(address)/"
        }
        return BindAddress.tcp(host: host, port: address.port).url
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
