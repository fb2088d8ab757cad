import ArgumentParser

extension Section {
    static let logging = Section(
        title: "Logging",
        declarations: [
            Declaration(
                "access-log", nil, "FILE", .path, \.accessLog,
                """
                Where requests are logged in the combined format: a file (not a link), or `-` or `/dev/stdout` \
                for stdout. Status 499 is a client that left before its answer; a request that was refused is \
                logged by how it began. Reopened at USR1.
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
    @Option(declared: "error-log") var errorLog: String?
    @Option(declared: "log-level") var logLevel: String?
}
