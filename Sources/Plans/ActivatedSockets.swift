// Sockets that the service manager has bound (sd_listen_fds(3)): it starts the gateway when the first client comes, and
// keeps the sockets over a restart.

import Settings
import Syscalls

/// A listening socket that was handed over.
package struct ActivatedSocket: Equatable {
    /// Its descriptor, now non-blocking and close-on-exec.
    package let number: CInt
    /// The name that the service manager gave it; `nil` where it gave none.
    package let name: String?
}

/// The sockets of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES.
package enum ActivatedSockets {
    /// The sockets meant for this process; none where the variables are missing or meant for another one.
    ///
    /// - Parameters:
    ///   - variable: The environment.
    ///   - first: The first descriptor, 3 by the protocol.
    package static func take(
        variable: (String) -> String? = SystemProcess.environmentValue, first: CInt = 3
    ) throws(ConfigurationError) -> [ActivatedSocket] {
        guard let pid = variable("LISTEN_PID").flatMap({ ProcessID($0) }), pid == SystemProcess.id,
            let text = variable("LISTEN_FDS")
        else { return [] }
        guard let count = CInt(text), (0...4096).contains(count) else {
            throw .environment(
                "LISTEN_FDS is '\(text)', which is no number of sockets: correct the service manager")
        }
        let names = (variable("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var sockets: [ActivatedSocket] = []
        for index in 0..<Int(count) {
            let number = first + CInt(index)
            let name = index < names.count && !names[index].isEmpty ? String(names[index]) : nil
            try check(number, name: name)
            sockets.append(ActivatedSocket(number: number, name: name))
        }
        return sockets
    }

    private static func check(_ number: CInt, name: String?) throws(ConfigurationError) {
        let what = "descriptor \(number)\(name.map { " ('\($0)')" } ?? "") of LISTEN_FDS"
        guard Descriptor.isOpen(number) else {
            throw .environment("\(what) is not open: correct the socket unit of the service manager")
        }
        guard Socket.isListening(number) else {
            throw .environment("\(what) is no listening stream socket: use ListenStream= with Accept=no")
        }
        do {
            try Descriptor.setCloseOnExec(number, true)
            try Socket.setNonBlocking(number)
        } catch {
            throw .environment("cannot use \(what): \(error.reason)")
        }
    }
}
