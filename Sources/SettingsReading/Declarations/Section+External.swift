import ArgumentParser
import Settings

extension Section {
    static let external = Section(
        title: "Applications that run elsewhere",
        note: "For `fcgi:`. The processes are not the gateway's: it can neither start nor end them.",
        declarations: [
            Declaration(
                "balance", nil, "WAY", .balance, \.external.balance, scope: .application,
                """
                Which of several servers a request goes to. `round-robin` by their weights, \
                `least-connections` to the one with the fewest for its weight, `hash:client`, `hash:path` or \
                `hash:NAME` (a meta-variable such as HTTP_X_USER) to the same one as long as it lives.
                """),
            Declaration(
                "max-connections", nil, "N", .number(1...1024), \.external.maxConnections,
                standard: "`--processes`, or 128", scope: .application,
                """
                Connections to one server at once, over all workers. Requests beyond it wait in the queue: php-fpm \
                serves `pm.max_children` at once, and what it has accepted and does not serve is lost with it.
                """),
            Declaration(
                "connect-timeout", nil, "SECONDS", .seconds(1...3600), \.external.connectTimeout,
                scope: .application,
                "Until a connection to an application is made. Stops a server that is off from holding requests."
            ),
            Declaration(
                "request-timeout", nil, "SECONDS", .seconds(1...year), \.external.sendTimeout,
                scope: .application,
                """
                Between two signs that an application takes the request that is sent to it. `--timeout` \
                bounds the wait for its answer.
                """),
            Declaration(
                "max-fails", nil, "N", .number(0...1000), \.external.maxFails, scope: .application,
                """
                Failures in a row after which a server is left out for `--fail-timeout`; 0 is never. One that \
                cannot be reached, breaks off before its answer, or does not answer in time has failed. \
                When all are out, all are tried.
                """),
            Declaration(
                "fail-timeout", nil, "SECONDS", .seconds(1...86_400), \.external.failTimeout,
                scope: .application, "How long a server that has failed is left out."),
            Declaration(
                "health-check", nil, "PATH", .healthCheck, \.external.healthCheck, scope: .application,
                """
                What the master asks each server again and again: `connect`, or a path such as php-fpm's \
                `/ping`, to be answered with 200 to 399. A server that fails is left out until it answers.
                """),
            Declaration(
                "health-interval", nil, "SECONDS", .seconds(1...86_400), \.external.healthInterval,
                scope: .application,
                "Between two questions of `--health-check`; one must be answered in this time."),
            Declaration(
                "resolve-interval", nil, "SECONDS", .seconds(1...86_400), \.external.resolveInterval,
                scope: .application, "Between two look-ups of the names of servers."),
            Declaration(
                "retry", nil, "WHEN", .choice, \.external.retry, scope: .application,
                """
                When a request that failed before any part of an answer is sent a second time, to another \
                server where there is one: `never`, `unsent` (the connection was not made) or `idempotent` \
                (also where the method allows it and there was no body).
                """),
        ])
}

private let year = 86_400 * 365

/// The options of ``Section/external``.
struct ExternalOptions: DeclaredOptions {
    @Option(declared: "balance") var balance: String?
    @Option(declared: "max-connections") var maxConnections: String?
    @Option(declared: "connect-timeout") var connectTimeout: String?
    @Option(declared: "request-timeout") var requestTimeout: String?
    @Option(declared: "max-fails") var maxFails: String?
    @Option(declared: "fail-timeout") var failTimeout: String?
    @Option(declared: "health-check") var healthCheck: String?
    @Option(declared: "health-interval") var healthInterval: String?
    @Option(declared: "resolve-interval") var resolveInterval: String?
    @Option(declared: "retry") var retry: String?
}
