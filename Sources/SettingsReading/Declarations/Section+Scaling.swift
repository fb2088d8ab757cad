import ArgumentParser
import Settings

extension Section {
    static let scaling = Section(
        title: "Application processes: how many, and how long",
        declarations: [
            Declaration(
                "scaling", nil, "WAY", .choice, \.scaling.way, scope: .application,
                """
                When application processes run. `static`: all of `--processes`, always. `dynamic`: at least \
                `--min-processes`, more while requests wait, at most `--processes`. `ondemand`: none until a \
                request comes.
                """),
            Declaration(
                "min-processes", nil, "N", .number(1...1024), \.scaling.minProcesses, scope: .application,
                "Processes that run in any case, with `--scaling dynamic`."),
            Declaration(
                "spare-processes", nil, "N", .number(0...1024), \.scaling.spareProcesses, scope: .application,
                "Processes that are free and kept ready for what comes, with `--scaling dynamic`."),
            Declaration(
                "idle-timeout", nil, "SECONDS", .seconds(1...86_400), \.scaling.idleTimeout,
                scope: .application,
                """
                Until a process that nobody uses and nobody needs is ended, with `--scaling dynamic` and \
                `ondemand`.
                """),
            Declaration(
                "concurrency", nil, "N", .number(1...1024), \.concurrency, scope: .application,
                """
                Requests that one process of `exec:` serves at once, each on a connection of its own. More than \
                1 is for programs with threads or an event loop; `wsgi:` goes by `--threads`.
                """),
            Declaration(
                "process-max-requests", nil, "N", .number(0...1_000_000_000), \.scaling.maxRequests,
                scope: .application,
                """
                Requests after which an application process is replaced; 0 is never. The next one is ready \
                before the old one leaves. Bounds what a leak can cost.
                """),
            Declaration(
                "process-max-requests-jitter", nil, "N", .number(0...1_000_000_000),
                \.scaling.maxRequestsJitter, scope: .application,
                "At most so many requests more, by chance. Stops processes from being replaced all at once."),
            Declaration(
                "process-max-age", nil, "SECONDS", .seconds(0...86_400 * 365), \.scaling.maxAge,
                scope: .application,
                "Age at which an application process is replaced; 0 is never."),
            Declaration(
                "process-max-memory", nil, "OCTETS", .octets(1 << 20...1 << 40, orZero: true),
                \.scaling.maxMemory, scope: .application,
                """
                Octets of resident memory beyond which an application process is replaced; 0 is never. Stops a \
                leak before the kernel kills what it finds. What the process has started is not counted.
                """),
            Declaration(
                "rlimit", nil, "NAME=LIMIT", .resourceLimit, \.resourceLimits, scope: .application,
                """
                Resource limit of application processes (setrlimit(2)), repeatable: `nofile=1024`, \
                `as=512M:1G` (soft and hard), `core=0`, `nproc=unlimited`. Names are as, core, cpu, data, \
                fsize, memlock, nofile, nproc and stack. Stops a broken application from taking the machine.
                """),
            Declaration(
                "param", nil, "NAME=VALUE", .variable, \.parameters, scope: .application,
                """
                Meta-variable that every request to the application carries, repeatable: `APP_ENV=live`. \
                It takes the place of one that the request brings. \
                For applications that are not started by the gateway and so do not see `--env`.
                """),
            Declaration(
                "revision", nil, "TEXT", .text, \.revision, scope: .application,
                """
                Any text. A reload replaces the processes of an application whose definition has changed, and \
                this is a part of it: a new text deploys new code.
                """),
        ])
}

/// The options of ``Section/scaling``.
struct ScalingOptions: DeclaredOptions {
    @Option(declared: "scaling") var scaling: String?
    @Option(declared: "min-processes") var minProcesses: String?
    @Option(declared: "spare-processes") var spareProcesses: String?
    @Option(declared: "idle-timeout") var idleTimeout: String?
    @Option(declared: "concurrency") var concurrency: String?
    @Option(declared: "process-max-requests") var processMaxRequests: String?
    @Option(declared: "process-max-requests-jitter") var processMaxRequestsJitter: String?
    @Option(declared: "process-max-age") var processMaxAge: String?
    @Option(declared: "process-max-memory") var processMaxMemory: String?
    @Option(declared: "rlimit") var rlimit: [String] = []
    @Option(declared: "param") var param: [String] = []
    @Option(declared: "revision") var revision: String?
}
