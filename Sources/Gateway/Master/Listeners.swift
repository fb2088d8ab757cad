// The sockets that clients connect to. The master opens them, every worker accepts from them, and a successor inherits
// them. A reload opens what is new before it lets go of what is not wanted any more.

import Syscalls

/// What one generation listens on.
enum Listeners {
    /// Opens what the settings ask for and is not open yet. Where one fails, none of the new ones is left.
    ///
    /// - Parameter existing: What is open: of the running generation, or inherited.
    static func open(
        _ settings: Settings, over existing: [Listener]
    ) throws(ConfigurationError) -> [Listener] {
        let activated = existing.filter { $0.origin == .activated }
        // The default address is for those who say nothing; a service manager has said something.
        let binds = settings.hasChosenBinds || activated.isEmpty ? settings.binds : []
        var listeners: [Listener] = []
        do {
            for bind in binds where !listeners.contains(where: { $0.origin == .bind(bind) }) {
                if let open = existing.first(where: { $0.origin == .bind(bind) && isIntact($0) }) {
                    // What fails leaves the backlog as it was.
                    try? Socket.relisten(open.number, backlog: settings.backlog)
                    listeners.append(open)
                } else if try !isActivated(bind, among: activated) {
                    listeners.append(try open(bind, settings, existing))
                }
            }
        } catch {
            for listener in listeners where !existing.contains(where: { $0 === listener }) {
                listener.file?.remove()
            }
            throw error
        }
        return listeners + activated
    }

    private static func open(
        _ bind: BindAddress, _ settings: Settings, _ existing: [Listener]
    ) throws(ConfigurationError) -> Listener {
        if case .descriptor(let number) = bind {
            return try Listener(inheriting: number, origin: .bind(bind))
        }
        if case .tcp(_, let port) = bind, port != 0, !settings.reusesPort,
            let own = existing.first(where: { !$0.address.isUnix && $0.address.port == port }),
            let wanted = try? bind.resolve(), own.address.isWildcard || wanted.isWildcard
        {
            throw .environment(
                "cannot listen on \(bind) beside \(own.address), where this gateway listens: that needs a restart"
            )
        }
        return try Listener(bind, settings: settings)
    }

    /// Whether clients still find it: the file of a unix socket may have been removed.
    private static func isIntact(_ listener: Listener) -> Bool {
        guard case .bind(.unix) = listener.origin else { return true }
        return listener.file?.isThere ?? false
    }

    /// Whether the service manager has opened what is configured as well.
    private static func isActivated(
        _ bind: BindAddress, among activated: [Listener]
    ) throws(ConfigurationError) -> Bool {
        guard !activated.isEmpty else { return false }
        if case .descriptor(let number) = bind { return activated.contains { $0.number == number } }
        let wanted = "\(try bind.resolve())"
        return activated.contains { "\($0.address)" == wanted }
    }
}

extension Master {
    /// Lets go of what a generation listened on: files go, unless the other master of an upgrade uses them.
    func leaveListeners(_ listeners: [Listener], except kept: [Listener]) {
        for listener in listeners where !kept.contains(where: { $0 === listener }) {
            guard let file = listener.file else { continue }
            // A successor has inherited all of them; of a predecessor's, only the inherited ones are its own.
            if successor == nil, predecessor == nil || !listener.isInherited {
                file.remove()
            } else {
                leftFiles.append(file)
            }
        }
    }

    /// The other master has gone: removes what was left because of it.
    func removeLeftFiles() {
        let used = generations.flatMap(\.listeners).compactMap(\.file)
        for file in leftFiles where !used.contains(file) { file.remove() }
        leftFiles = []
    }
}
