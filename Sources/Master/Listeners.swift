// The sockets that clients connect to. The master opens them, every worker accepts from them, and a successor inherits
// them. A reload opens what is new before it lets go of what is not wanted any more.

import Plans
import Settings
import Syscalls

/// What one generation listens on.
enum Listeners {
    /// Opens what the settings ask for and is not open yet. Where one fails, none of the new ones is left.
    ///
    /// - Parameter existing: What is open: of the running generation, or inherited.
    static func open(
        _ configuration: Configuration, over existing: [Listener]
    ) throws(ConfigurationError) -> [Listener] {
        let settings = configuration.settings
        let activated = existing.filter { $0.origin == .activated }
        let binds = chosen(settings, over: existing)
        // Their folder is looked at, and one that has stopped would hold whoever does so.
        if binds.contains(where: \.isRelative) { settings.folder.enter() }
        var listeners: [Listener] = []
        do throws(ConfigurationError) {
            let sets = try configuration.goingByFindings { () throws(ConfigurationError) in
                try wanted(binds, over: existing)
            }
            for (bind, addresses) in sets {
                let found = try open(bind, addresses, configuration, existing, activated)
                // One socket may be for both families, where another program or an older gateway has opened it.
                for listener in found where !listeners.contains(where: { $0 === listener }) {
                    listeners.append(listener)
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

    /// The addresses that the settings ask for.
    static func chosen(_ settings: Settings, over existing: [Listener]) -> [BindAddress] {
        let isActivated = existing.contains { $0.origin == .activated }
        // The default address is for those who say nothing; a service manager has said something.
        let chosen = settings.hasChosenBinds || !isActivated ? settings.binds : []
        return chosen.map { $0.absolute(in: settings.folder) }
    }

    /// The sockets that are wanted. A name whose sockets are open is not looked up again: a name server that is down is no
    /// reason against a reload.
    static func wanted(
        _ binds: [BindAddress], over existing: [Listener]
    ) throws(ConfigurationError) -> [(bind: BindAddress, addresses: [SocketAddress])] {
        var sets: [(bind: BindAddress, addresses: [SocketAddress])] = []
        for bind in binds where !sets.contains(where: { $0.bind == bind }) {
            let open = existing.filter { $0.origin == .bind(bind) }.map(\.address)
            if case .tcp(_, let port) = bind {
                var addresses =
                    port == 0 && !open.isEmpty ? open : AddressSet.wanted(bind, among: binds) ?? open
                if addresses.isEmpty { addresses = try bind.resolveAll() }
                sets.append((bind, addresses))
            } else {
                sets.append((bind, []))
            }
        }
        return AddressSet.distinct(sets)
    }

    /// Opens what an address of the settings stands for, where it is not open yet.
    private static func open(
        _ bind: BindAddress, _ addresses: [SocketAddress], _ configuration: Configuration,
        _ existing: [Listener], _ activated: [Listener]
    ) throws(ConfigurationError) -> [Listener] {
        let settings = configuration.settings
        guard case .tcp = bind else {
            if let open = existing.first(where: { $0.origin == .bind(bind) && isIntact($0) }) {
                return [kept(open, settings)]
            }
            if case .descriptor(let number) = bind {
                return activated.contains { $0.number == number }
                    ? [] : [try Listener(inheriting: number, origin: .bind(bind))]
            }
            let address = try bind.resolve()
            if activated.contains(where: { $0.has(address) }) { return [] }
            do { return [try Listener(bind, at: address, configuration)] } catch { throw error.error }
        }
        var kept: [Listener] = []
        var missing: [SocketAddress] = []
        for address in addresses {
            // A socket for a single address is no part of one for all of them, which the settings want instead.
            if let open = existing.first(where: {
                $0.origin != .activated && $0.has(address) && $0.address.isWildcard == address.isWildcard
            }) {
                kept.append(self.kept(open, settings))
            } else if !activated.contains(where: { $0.has(address) }) {
                missing.append(address)
            }
        }
        guard !missing.isEmpty else { return kept }
        let opened = try AddressSet.open(missing, of: addresses.count) { address throws(ListenFailure) in
            try refuseBeside(existing, bind, address, settings)
            return try Listener(bind, at: address, configuration)
        } port: {
            $0.address.port
        }
        return kept + opened
    }

    private static func kept(_ listener: Listener, _ settings: Settings) -> Listener {
        // What fails leaves the backlog as it was.
        try? Socket.relisten(listener.number, backlog: settings.backlog)
        return listener
    }

    /// The kernel lets nobody listen at one address and at all of them, and what serves is not closed for what may fail.
    private static func refuseBeside(
        _ existing: [Listener], _ bind: BindAddress, _ address: SocketAddress, _ settings: Settings
    ) throws(ListenFailure) {
        guard address.port != 0, !settings.reusesPort,
            let own = existing.first(where: {
                !$0.address.isUnix && $0.address.port == address.port
                    && ($0.address.isIPv6 == address.isIPv6
                        || $0.address.isIPv6 && Socket.takesIPv4($0.number))
            }), own.address.isWildcard || address.isWildcard
        else { return }
        throw ListenFailure(
            error: .environment(
                "cannot listen on \(bind) beside \(own.address), where this gateway listens: that needs a restart"
            ))
    }

    /// Whether clients still find it: the file of a unix socket may have been removed.
    private static func isIntact(_ listener: Listener) -> Bool {
        guard case .bind(.unix) = listener.origin else { return true }
        return listener.file?.isThere ?? false && !Socket.isShutDown(listener.number)
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
