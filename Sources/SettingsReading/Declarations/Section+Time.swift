import ArgumentParser
import Settings

private let year = 86_400 * 365

extension Section {
    static let time = Section(
        title: "Time",
        note: "All in whole seconds, from 1 (`--graceful-timeout` and `--finish-timeout` from 0).",
        declarations: [
            Declaration(
                "timeout", "t", "SECONDS", .seconds(1...year), \.timeout, scope: .route,
                """
                Until the head of an application's answer must be complete, in all, and between two parts of the \
                body; while the application takes a request body, each part begins the time anew. A hung \
                application process is killed and replaced, and its client gets 504. Messages on stderr and a \
                head that comes in drops do not help. A worker whose event loop stands still for so long is \
                killed and replaced too.
                """),
            Declaration(
                "graceful-timeout", nil, "SECONDS", .seconds(0...86_400), \.gracefulTimeout,
                """
                To finish exchanges in progress at a stop or a reload. Workers that are not done then are \
                killed; application processes get what is left of the time, a second at least.
                """),
            Declaration(
                "finish-timeout", nil, "SECONDS", .seconds(0...year), \.finishTimeout, scope: .application,
                """
                That an application may work on after its response is complete, or after its client has left: `close()` of a WSGI \
                response, shutdown functions, what follows an empty STDOUT record. A client does not wait for that, `--timeout` does not \
                count, and the process gets no further request meanwhile. A process that takes longer is killed and \
                replaced; 0 is no limit.
                """),
            Declaration(
                "boot-timeout", nil, "SECONDS", .seconds(1...86_400), \.bootTimeout, scope: .application,
                """
                Until an application process or a worker must be ready. Stops an application that hangs at its \
                start from looking like a slow one for ever.
                """),
            Declaration(
                "keep-alive", nil, "SECONDS", .seconds(1...year), \.keepAlive,
                """
                For the next request on a connection; for the first one it is `--header-timeout`. Stops idle connections \
                from piling up. Load balancers keep theirs for 60 s, so ours must last longer.
                """),
            Declaration(
                "header-timeout", nil, "SECONDS", .seconds(1...year), \.headerTimeout,
                """
                Until a request head must be complete, in all. For the first request of a connection the time begins \
                when it is accepted: one on which nothing has come by then is closed without an answer. Stops clients that \
                dribble a head (Slowloris), and those that connect and say nothing.
                """),
            Declaration(
                "body-timeout", nil, "SECONDS", .seconds(1...year), \.bodyTimeout,
                """
                Between two parts of a request body. Stops clients that announce a body and do not send it.
                """),
            Declaration(
                "send-timeout", nil, "SECONDS", .seconds(1...year), \.sendTimeout,
                """
                Between two signs that a client takes its answer. Stops clients that ask for much and read \
                nothing.
                """),
            Declaration(
                "queue-timeout", nil, "SECONDS", .seconds(1...year), \.queueTimeout, scope: .route,
                "That a request may wait for a free application process; then 503 with Retry-After."),
        ])
}

/// The options of ``Section/time``.
struct TimeOptions: DeclaredOptions {
    @Option(declared: "timeout") var timeout: String?
    @Option(declared: "graceful-timeout") var gracefulTimeout: String?
    @Option(declared: "finish-timeout") var finishTimeout: String?
    @Option(declared: "boot-timeout") var bootTimeout: String?
    @Option(declared: "keep-alive") var keepAlive: String?
    @Option(declared: "header-timeout") var headerTimeout: String?
    @Option(declared: "body-timeout") var bodyTimeout: String?
    @Option(declared: "send-timeout") var sendTimeout: String?
    @Option(declared: "queue-timeout") var queueTimeout: String?
}
