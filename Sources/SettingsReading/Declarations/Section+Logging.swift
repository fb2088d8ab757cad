import ArgumentParser
import Logs
import Settings

extension Section {
    static let logging = Section(
        title: "Logging",
        declarations: [
            Declaration(
                "access-log", nil, "FILE", .path, \.accessLog,
                """
                Where requests are logged: a file (not a link), or `-` or `/dev/stdout` for stdout. Every request \
                that a worker has read is a line, killed and aborted ones too; [access-log.md](access-log.md) tells what \
                is in it, and what has none. Reopened at USR1.
                """),
            Declaration(
                "access-log-format", nil, "FORMAT", .accessLogFormat, \.accessLogFormat,
                """
                What a line of the access log holds: `combined`, `common`, `json`, or a text with Gunicorn's atoms, \
                as `%(h)s "%(r)s" %(s)s`. [access-log.md](access-log.md) lists them.
                """),
            Declaration(
                "error-log", nil, "FILE", .path, \.errorLog,
                """
                Where messages are logged: a file (not a link), or `-` or `/dev/stderr` for stderr. Reopened at \
                USR1.
                """),
            Declaration(
                "log-level", nil, "LEVEL", .level, \.logLevel,
                "The least that is logged: `debug`, `info`, `warning`, `error` or `critical`."),
        ])
}

/// The options of ``Section/logging``.
struct LoggingOptions: DeclaredOptions {
    @Option(declared: "access-log") var accessLog: String?
    @Option(declared: "access-log-format") var accessLogFormat: String?
    @Option(declared: "error-log") var errorLog: String?
    @Option(declared: "log-level") var logLevel: String?
}

extension ValueKind where Value == String {
    /// A format of the access log.
    static var accessLogFormat: Self {
        Self { text throws(Refusal) in
            do throws(LogFormat.Fault) { _ = try LogFormat(text) } catch {
                throw .because("'\(text)' is no format of the access log: \(error.message)")
            }
            return text
        } show: {
            $0
        }
    }
}
