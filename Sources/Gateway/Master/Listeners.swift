import Syscalls

/// The sockets that clients connect to. The master binds them and every worker accepts from them.
final class Listeners {
    private final class Listener {
        let bind: BindAddress
        let socket: OwnedDescriptor

        init(_ bind: BindAddress, backlog: Int) throws(ConfigurationError) {
            self.bind = bind
            let address = try bind.resolve()
            if case .unix(let path) = bind {
                guard !Socket.isInUse(address) else {
                    throw .environment(
                        "cannot listen on \(bind): another process does; stop it, or choose another path")
                }
                // Left over from a process that could not clean up.
                if Files.isSocket(path) {
                    Files.remove(path)
                } else if Files.status(path) != nil {
                    throw .environment(
                        "cannot listen on \(bind): there is a file that is no socket; choose another path")
                }
            }
            do {
                socket = try Socket.listen(address, backlog: backlog, isNonBlocking: true)
            } catch {
                throw .environment("cannot listen on \(bind): \(error.reason)\(Self.advice(error))")
            }
        }

        private static func advice(_ error: SyscallError) -> String {
            if error.isAddressInUse {
                return "; stop the process that uses it, or choose another with --bind"
            }
            if error.isAddressUnavailable { return "; this machine has no such address" }
            return ""
        }
    }

    private var listeners: [Listener]

    /// Binds all of them; where one fails, none is left.
    init(_ binds: [BindAddress], backlog: Int) throws(ConfigurationError) {
        var listeners: [Listener] = []
        do {
            for bind in binds { listeners.append(try Listener(bind, backlog: backlog)) }
        } catch {
            Self.removeFiles(listeners)
            throw error
        }
        self.listeners = listeners
    }

    /// What workers have to know. A port of 0 has become a real one.
    var plans: [ListenerPlan] {
        listeners.compactMap { listener in
            guard let address = try? Socket.localAddress(listener.socket.number) else { return nil }
            return ListenerPlan(number: listener.socket.number, address: address)
        }
    }

    /// For the message that says where the gateway listens.
    var urls: [String] {
        zip(listeners, plans).map { listener, plan in
            guard case .tcp(let host, _) = listener.bind else { return listener.bind.url }
            return BindAddress.tcp(host: host, port: plan.address.port).url
        }
    }

    /// Closes the master's copies, and removes the files of unix sockets.
    func close() {
        Self.removeFiles(listeners)
        listeners = []
    }

    private static func removeFiles(_ listeners: [Listener]) {
        for listener in listeners {
            if case .unix(let path) = listener.bind { Files.remove(path) }
        }
    }
}
