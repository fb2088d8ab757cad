import Syscalls

/// Something that a person can mend, said so that they can: what, where, and what to do.
package enum ConfigurationError: Error, Equatable {
    /// The command line is wrong; exit code 2.
    case usage(String)
    /// The surroundings are: a folder, an address, a program; exit code 1.
    case environment(String)
    /// The application is not there; exit code 4.
    case applicationNotFound(String)
    /// The application does not start; exit code 3.
    case applicationFailed(String)

    package var exitCode: Int32 {
        switch self {
        case .environment: 1
        case .usage: 2
        case .applicationFailed: 3
        case .applicationNotFound: 4
        }
    }

    package var message: String {
        switch self {
        case .usage(let message), .environment(let message), .applicationNotFound(let message),
            .applicationFailed(let message):
            message
        }
    }

    /// What the system has refused at a start.
    package static func start(_ error: any Error) -> ConfigurationError {
        let isOut = (error as? SyscallError)?.isOutOfDescriptors == true
        return .environment(
            "cannot start: \(error)" + (isOut ? ": raise the limit of descriptors (ulimit -n)" : ""))
    }

    /// The same with words before it that say where.
    package func prefixed(_ place: String) -> ConfigurationError {
        switch self {
        case .usage(let message): .usage(place + message)
        case .environment(let message): .environment(place + message)
        case .applicationNotFound(let message): .applicationNotFound(place + message)
        case .applicationFailed(let message): .applicationFailed(place + message)
        }
    }
}
