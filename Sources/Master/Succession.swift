// How one master hands over to the next (USR2). The listeners cross the exec by their numbers; two variables say which
// they are and whose they were.
//
//   old: USR2 ─► starts the successor                 WINCH: its workers leave     TERM: it is gone
//   new:         starts beside the old one, FILE.2                                 takes over the pid file

import Settings
import Plans
import Syscalls

/// What a master finds that another one has started.
struct Succession {
    /// The master that was there before; `nil` where it has gone, or was this very process (`--reload`).
    let predecessor: ProcessID?
    let listeners: [Listener]

    /// - Returns: `nil` where this master was started by nobody of its kind.
    static func inherited() throws(ConfigurationError) -> Succession? {
        guard let text = SystemProcess.environmentValue(ServiceEnvironment.master),
            let predecessor = ProcessID(text),
            // Whoever else finds the variable has inherited it by mistake; or the predecessor has gone already.
            predecessor == SystemProcess.parentID || predecessor == SystemProcess.id
                || !SystemProcess.isRunning(predecessor)
        else { return nil }
        var listeners: [Listener] = []
        for line in (SystemProcess.environmentValue(ServiceEnvironment.listeners) ?? "").split(
            separator: "\n")
        {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let number = CInt(words[0]) else {
                throw .environment("'\(line)' (\(ServiceEnvironment.listeners)) names no listener")
            }
            guard Socket.isListening(number) else { return nil }
            listeners.append(try Listener(inheriting: number, origin: try origin(String(words[1]))))
        }
        return Succession(
            predecessor: predecessor == SystemProcess.parentID ? predecessor : nil, listeners: listeners)
    }

    /// The program on disk, as it finds the listeners of this process.
    static func program(handingOver listeners: [Listener]) -> Program {
        var program = Program(
            path: startedProgram, arguments: SystemProcess.arguments,
            environment: environment(handingOver: listeners))
        let folder = StartFolder.current.look()
        // A folder that is gone is what the new program says itself, where it needs one.
        if !folder.isGone { program.directory = folder.path }
        program.keptDescriptors = listeners.map(\.number)
        return program
    }

    /// The environment of a successor of this process.
    private static func environment(handingOver listeners: [Listener]) -> [String] {
        let lines = listeners.map { "\($0.number) \(text($0.origin))" }
        // Those that name this process are not for another one.
        let outdated = [
            ServiceEnvironment.listeners, ServiceEnvironment.master, "LISTEN_PID", "WATCHDOG_PID",
        ]
        return SystemProcess.environment.filter { entry in !outdated.contains { entry.hasPrefix($0 + "=") } }
            + [
                "\(ServiceEnvironment.listeners)=\(lines.joined(separator: "\n"))",
                "\(ServiceEnvironment.master)=\(SystemProcess.id)",
            ]
    }

    private static func text(_ origin: Listener.Origin) -> String {
        switch origin {
        case .activated: "activated"
        case .bind(let bind): "\(bind)"
        }
    }

    private static func origin(_ text: String) throws(ConfigurationError) -> Listener.Origin {
        text == "activated" ? .activated : .bind(try BindAddress(parsing: text))
    }
}
