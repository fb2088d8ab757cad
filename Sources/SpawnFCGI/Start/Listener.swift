// The socket that the processes accept from. A unix socket replaces one that a process has left behind, but
// neither one that somebody listens on nor anything else that has the name.

import Syscalls

/// A bound, listening socket, open as long as this process lives.
struct Listener {
    let number: CInt
    /// Its file, where it has one.
    let file: SocketFile?
    /// Where it listens, and what it takes to do so again.
    let address: SocketAddress
    let backlog: Int
    let mode: UInt32?
    let owner: Socket.Owner?
    let root: String?

    init(_ options: Options, owner: Socket.Owner?) throws(Complaint) {
        let address = try Self.address(options)
        let root = options.socketRoot
        let umask = SystemProcess.setUmask(0)
        SystemProcess.setUmask(umask)
        if let path = options.socketPath { try Self.makeRoom(for: path, address, options) }
        backlog = options.backlog
        mode = address.isUnix ? options.socketMode ?? 0o660 & ~umask : nil
        self.owner = owner
        self.root = root
        do throws(SyscallError) {
            number = try Socket.listen(
                address, backlog: backlog, isNonBlocking: false, mode: mode, owner: owner, root: root
            ).relinquish()
            // The system may have chosen the port.
            self.address = address.isUnix ? address : try Socket.localAddress(number)
        } catch {
            throw Complaint(Self.message(for: error, options))
        }
        file = options.socketPath.flatMap { SocketFile($0, root: root) }
    }

    private static func address(_ options: Options) throws(Complaint) -> SocketAddress {
        if let path = options.socketPath {
            guard let address = SocketAddress(unixPath: path) else {
                throw Complaint("path of the Unix domain socket is too long")
            }
            return address
        }
        let host = options.address ?? "0.0.0.0"
        // No name, ever: whoever answers for it would decide where the application can be reached.
        guard IPAddress(host) != nil,
            let address = try? SocketAddress.resolve(host: host, port: options.port ?? 0).first
        else {
            throw Complaint("'\(host)' is not a valid IP address")
        }
        return address
    }

    /// Removes what is left of a socket. A link that leads to none is removed as well.
    private static func makeRoom(
        for path: String, _ address: SocketAddress, _ options: Options
    ) throws(Complaint) {
        let obstacle: String?
        do throws(SyscallError) {
            obstacle = try Files.inRoot(options.socketRoot) { () throws(SyscallError) in
                if let status = Files.status(path), status.kind != .directory, !Files.isSocket(path),
                    !Files.isLink(path)
                {
                    return "'\(path)' is no socket, and is not removed; give another path"
                }
                if Files.isSocket(path) || Files.isLink(path), Socket.isInUse(address) {
                    return "socket is already in use, can't spawn"
                }
                try Files.removeIfThere(path)
                return nil
            }
        } catch {
            throw Complaint(message(for: error, options))
        }
        if let obstacle { throw Complaint(obstacle) }
    }

    /// The call that failed, in spawn-fcgi's words.
    private static func message(for error: SyscallError, _ options: Options) -> String {
        let what =
            switch error.call.split(separator: " ").first {
            case "chroot": "chroot('\(options.root ?? "")') failed"
            case "unlink": "removing old socket failed"
            case "socket": "couldn't create socket"
            case "setsockopt": "couldn't set SO_REUSEADDR"
            case "bind": "bind failed"
            case "chown": "couldn't chown socket"
            case "listen": "listen failed"
            default: "couldn't chmod socket"
            }
        return "\(what): \(error.reason)"
    }
}

/// The file of a unix socket that this process has made.
struct SocketFile {
    private let path: String
    private let root: String?
    private let identity: FileIdentity

    init?(_ path: String, root: String?) {
        guard let identity = try? Files.inRoot(root, { Files.identity(path) }) else { return nil }
        self.path = path
        self.root = root
        self.identity = identity
    }

    /// Removes it, if it is still the one that was made.
    func remove() { try? Files.inRoot(root) { Files.remove(path, ifStill: identity) } }
}
