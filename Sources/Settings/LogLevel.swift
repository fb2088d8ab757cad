import Logging

/// How important a message is, by Gunicorn's names.
package enum LogLevel: String, CaseIterable, Sendable {
    case debug, info, warning, error, critical

    package var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
