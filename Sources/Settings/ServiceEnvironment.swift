/// What a service manager, or a gateway that starts its successor, tells through variables. They are meant for one
/// process: an application that inherited them would answer in the master's place.
package enum ServiceEnvironment {
    /// The sockets that a successor finds open.
    package static let listeners = "GATEWAY_LISTENERS"
    /// The pid of the master that started a successor.
    package static let master = "GATEWAY_MASTER"

    /// The variables that application processes must not inherit.
    package static let names: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
        "LISTEN_PIDFDID", listeners, master,
    ]

    /// An environment, as `NAME=value`, without them.
    static func removed(from environment: [String]) -> [String] {
        environment.filter { !names.contains(String($0.prefix { $0 != "=" })) }
    }
}
