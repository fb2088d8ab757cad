import ArgumentParser
import Scoreboard
import Settings

extension Section {
    static let processes = Section(
        title: "Workers and application processes",
        declarations: [
            Declaration(
                "workers", "w", "N", .number(1...Scoreboard.workerCapacity / 4), \.workers,
                standard: "`$WEB_CONCURRENCY`, or the number of processors that the gateway may use",
                """
                HTTP workers, 1 to 64. TTIN and TTOU change the number. Processors count as far as affinity and the \
                quota of control groups let the gateway use them.
                """),
            Declaration(
                "worker-class", "k", "CLASS", .text, \.workerClass,
                standard: "`thread` with `--threads` above 1 and a blocking Swift handler, else `async`",
                """
                How a worker serves: `sync`, `thread`, `async` or a class that the program registers. `sync` \
                serves one exchange at a time, `thread` runs handlers on `--threads` threads, `async` on the \
                event loop.
                """),
            Declaration(
                "processes", nil, "N", .number(1...1024), \.processes, standard: "2 × processors + 1",
                scope: .application,
                """
                Application processes, 1 to 1024. For `cgi:` the number of scripts at once. For `fcgi:` the number of processes that the application has: \
                connections to it are then kept, and there are never more of them. Without it, each request to \
                an external application has a connection of its own, at most 128 at once.
                """),
            Declaration(
                "threads", nil, "N", .number(1...256), \.threads, scope: .application,
                """
                Threads of each Python process (`wsgi:`), or of each worker of the class `thread`, 1 to 256. \
                Each thread of a Python process is a slot of its own.
                """),
            Declaration(
                "offload-threads", nil, "N", .number(1...1024), \.offloadThreads,
                """
                Threads of each worker for what asynchronous Swift handlers off-load, 1 to 1024. They start when they \
                are needed. Bounds what blocking calls can cost; more of them wait.
                """),
            Declaration(
                "max-requests", nil, "N", .number(0...1_000_000_000), \.maxRequests,
                "Requests after which a worker is replaced; 0 is never. Bounds what a leak can cost."),
            Declaration(
                "max-requests-jitter", nil, "N", .number(0...1_000_000_000), \.maxRequestsJitter,
                """
                At most so many requests more, by chance. Stops workers that began together from leaving \
                together.
                """),
            Declaration(
                "max-worker-memory", nil, "OCTETS", .octets(16 << 20...1 << 40, orZero: true),
                \.maxWorkerMemory,
                """
                Octets of resident memory beyond which a worker is replaced; 0 is never. Stops a leak before \
                the kernel kills what it finds.
                """),
            Declaration(
                "preload", of: \.preloads,
                """
                Builds a Swift application once, in the master, before the workers are forked. They then share \
                its memory. A reload builds it anew, in the same program.
                """),
            Declaration(
                "reload", of: \.reloads,
                """
                Reloads when a file of the application changes. Meant for development: clients see the traceback of a \
                Python exception, and why an application does not start.
                """),
            Declaration(
                "reload-extra-file", nil, "FILE", .path, \.reloadExtraFiles,
                "Further files that `--reload` watches, repeatable."),
        ])
}

/// The options of ``Section/processes``.
struct ProcessOptions: DeclaredOptions {
    @Option(declared: "workers") var workers: String?
    @Option(declared: "worker-class") var workerClass: String?
    @Option(declared: "processes") var processes: String?
    @Option(declared: "threads") var threads: String?
    @Option(declared: "offload-threads") var offloadThreads: String?
    @Option(declared: "max-requests") var maxRequests: String?
    @Option(declared: "max-requests-jitter") var maxRequestsJitter: String?
    @Option(declared: "max-worker-memory") var maxWorkerMemory: String?
    @Flag(declared: "preload") var preload: Bool?
    @Flag(declared: "reload") var reload: Bool?
    @Option(declared: "reload-extra-file") var reloadExtraFile: [String] = []
}
