// The master's side of sd_notify(3). Nothing here ever waits or fails: a service manager that does not listen is no
// reason to serve nobody.

import Syscalls

/// Tells the service manager how the gateway does. Without one, each call does nothing.
package struct ServiceNotifier: Sendable {
    private let address: SocketAddress?

    /// How often, in milliseconds, ``watchdog()`` is to be called: half of what the service manager waits; `nil` where it
    /// does not watch this process.
    package let watchdogInterval: UInt64?

    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    ///
    /// - Parameters:
    ///   - variable: The environment.
    ///   - pid: This process; after a fork into the background, call it there.
    package init(
        variable: (String) -> String? = SystemProcess.environmentValue, pid: ProcessID = SystemProcess.id
    ) {
        address = variable("NOTIFY_SOCKET").flatMap(Self.address)
        let isWatched = variable("WATCHDOG_PID").map { ProcessID($0) == pid } ?? true
        let limit = variable("WATCHDOG_USEC").flatMap { UInt64($0) }
        watchdogInterval = limit.flatMap { isWatched && $0 > 0 ? max(1, $0 / 2000) : nil }
    }

    /// A path, or `@` and an abstract name.
    private static func address(_ text: String) -> SocketAddress? {
        if text.hasPrefix("@") { return SocketAddress(abstractName: String(text.dropFirst())) }
        return text.hasPrefix("/") ? SocketAddress(unixPath: text) : nil
    }

    /// Whether there is somebody to tell.
    var isActive: Bool { address != nil }

    /// The gateway serves.
    package func ready() { send("READY=1") }

    /// A reload has begun; ``ready()`` ends it.
    package func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Clock.monotonicMicroseconds())") }

    /// The gateway is about to end.
    package func stopping() { send("STOPPING=1") }

    /// Another process is the master from now on.
    package func mainPID(_ pid: ProcessID) { send("MAINPID=\(pid)") }

    /// One line about what the gateway does.
    package func status(_ text: String) {
        // A second line would be a message of its own.
        send("STATUS=" + String(text.map { $0.isNewline ? " " : $0 }))
    }

    /// The master's loop still turns.
    package func watchdog() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let address else { return }
        Datagram.send(to: address, Array(message.utf8))
    }
}
