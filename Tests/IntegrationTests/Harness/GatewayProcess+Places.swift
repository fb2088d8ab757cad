import Syscalls
import Testing

extension GatewayProcess {
    /// What a place answers that has no port, or not the first one that the log names; `nil` where nobody does.
    func environ(unix path: String) throws -> String? {
        let (status, output, _) = try outcome(
            of: ["curl", "-sS", "--max-time", "20", "--unix-socket", path, "http://a/environ"])
        return status == .exited(0) && output.contains("REQUEST_URI") ? output : nil
    }

    /// The pid of a successor, when it has been started.
    var successor: ProcessID? {
        let text = log.split(separator: "the new master starts (pid ").dropFirst().last
        return text.flatMap { ProcessID($0.prefix { $0.isNumber }) }
    }

    /// Starts a successor and waits until it serves.
    func upgrade(sourceLocation: SourceLocation = #_sourceLocation) throws -> ProcessID {
        signal(.usr2)
        let pid = try eventually("the new master starts", sourceLocation: sourceLocation) { successor }
        try eventually("the new master serves", sourceLocation: sourceLocation) {
            hasLogged("[\(pid)]", "listening at")
        }
        return pid
    }
}

/// Whether somebody accepts connections at a port.
func isOpen(_ port: UInt16) -> Bool { (try? HTTPClient(port: port)) != nil }
