import Syscalls

/// A signal that can be asked for with `--signal`.
enum StopSignal: String, CaseIterable {
    case hup = "HUP"
    case int = "INT"
    case quit = "QUIT"
    case term = "TERM"
    case usr1 = "USR1"
    case usr2 = "USR2"

    /// - Parameter name: With or without `SIG`.
    init(named name: String) throws(Complaint) {
        guard let signal = Self(rawValue: String(name.trimmingPrefix("SIG"))) else {
            throw Complaint(
                "--signal \(name) is unknown; it is one of "
                    + Self.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = signal
    }

    var signal: Signal {
        switch self {
        case .hup: .hup
        case .int: .int
        case .quit: .quit
        case .term: .term
        case .usr1: .usr1
        case .usr2: .usr2
        }
    }
}
