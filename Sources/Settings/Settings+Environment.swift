import Syscalls

extension Settings {
    /// ``environment`` as names and values.
    package var variables: [(name: String, value: String)] {
        environment.compactMap { entry in
            guard let equals = entry.firstIndex(of: "=") else { return nil }
            return (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
        }
    }

    /// Gives this process, a fork of the master, the surroundings and the rights of a worker.
    ///
    /// - Parameters:
    ///   - identity: Whom to become; `nil` stays who it is.
    ///   - parent: The master, with which it dies.
    package func enter(as identity: UserIdentity?, parent: ProcessID) throws(SyscallError) {
        for name in ServiceEnvironment.names { try SystemProcess.setEnvironment(name, nil) }
        for (name, value) in identity?.login?.variables ?? [] {
            try SystemProcess.setEnvironment(name, value)
        }
        for (name, value) in variables { try SystemProcess.setEnvironment(name, value) }
        folder.enter()
        if let directory { try SystemProcess.changeDirectory(directory) }
        if let umask { SystemProcess.setUmask(umask) }
        guard let identity else { return }
        try SystemProcess.become(identity)
        // Another user's process is not killed with its parent unless it asks once more.
        if !SystemProcess.dieWithParent(parent) { SystemProcess.exitImmediately(0) }
    }

    /// Runs `body` with ``variables`` in the environment of this process, which gets its own back.
    package func withVariables<Value>(
        _ body: () throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Value {
        let before = variables.map { ($0.name, SystemProcess.environmentValue($0.name)) }
        folder.enter()
        // What cannot be set is set by no worker either, and they say so.
        for (name, value) in variables { try? SystemProcess.setEnvironment(name, value) }
        defer { for (name, value) in before { try? SystemProcess.setEnvironment(name, value) } }
        return try body()
    }

    /// What application processes and workers find as their environment: that of the gateway, without what the service
    /// manager and other masters have to say to the master alone, with what is said of the user, and with what the settings add.
    ///
    /// - Parameter login: What a log-in of the application's user would find; `nil` leaves what there is.
    package func processEnvironment(of login: Login? = nil) -> [String] {
        var entries = ServiceEnvironment.removed(from: SystemProcess.environment)
        func set(_ name: String, _ value: String?) {
            entries.removeAll { $0.hasPrefix(name + "=") }
            if let value { entries.append("\(name)=\(value)") }
        }
        for (name, value) in login?.variables ?? [] { set(name, value) }
        for (name, value) in variables { set(name, value) }
        return entries
    }

    /// Where a relative path of an application begins; `nil` for the working folder.
    package var base: String? { directory ?? (folder.path.isEmpty ? nil : folder.path) }
}
