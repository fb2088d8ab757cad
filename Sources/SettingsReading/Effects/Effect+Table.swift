// Every setting, for whom it does something, and what it needs beside it. The one place that says so: warnings, the refusals
// of `swift:` and docs/settings.md are made from it. A setting that is declared has to stand here (EffectTests).

import HTTP
import Settings

extension Effect {
    static let table: [Effect] =
        listening + clients + workers + applicationProcesses + servers + timesAndSizes + files + responses
        + strictness + surroundings

    private static let listening = [
        Effect("bind", .gateway), Effect("backlog", .gateway),
        Effect(
            "reuse-port", .gateway,
            if: { $0.binds.contains { if case .tcp = $0 { true } else { false } } },
            otherwise: "without an address with a port: add one to 'bind', or remove it"),
        Effect("socket-mode", .gateway, if: \.hasSocketFile, otherwise: noSocketFile),
        Effect("socket-owner", .gateway, if: \.hasSocketFile, otherwise: noSocketFile),
    ]

    private static let clients = [
        Effect("forwarded-allow-ips", .gateway),
        Effect("forwarded-fields", .gateway, if: \.trustsSomebody, otherwise: nobodyIsTrusted),
        Effect("unbelieved-fields", .gateway), Effect("proxy-protocol", .gateway),
        Effect(
            "proxy-allow-ips", .gateway, if: { $0.proxyProtocol != .off },
            otherwise: "without 'proxy-protocol': add it, or remove it"),
        Effect("trust-request-id", .gateway, if: \.trustsSomebody, otherwise: nobodyIsTrusted),
        Effect("return-request-id", .gateway), Effect("trace", .gateway),
    ]

    private static let workers = [
        Effect("workers", .gateway),
        Effect(
            "worker-class", .gateway,
            where: { settings, reach in settings.workerClass != "thread" || reach.contains(.swift) },
            otherwise: "as 'thread' without a Swift application: remove it"),
        Effect("processes", .fastCGI),
        Effect(
            "threads", [.wsgi, .swift],
            where: { settings, reach in
                reach.contains(.wsgi) || !["sync", "async"].contains(settings.workerClass)
            },
            otherwise: "with this 'worker-class': make that 'thread', or remove it"),
        Effect("offload-threads", .swift), Effect("max-requests", .gateway),
        Effect(
            "max-requests-jitter", .gateway, if: { $0.maxRequests > 0 },
            otherwise: "without 'max-requests': add it, or remove it"),
        Effect("max-worker-memory", .gateway), Effect("preload", .own),
        Effect(
            "reload", .gateway,
            where: { settings, reach in
                !reach.isDisjoint(with: [.wsgi, .exec, .swift]) || settings.configurationFile != nil
                    || !settings.reloadExtraFiles.isEmpty
            },
            otherwise:
                "where no file is to be watched: name some in 'reload-extra-file', or remove it"),
        Effect(
            "reload-extra-file", .gateway, if: \.reloads,
            otherwise: "without 'reload': add it, or remove it"),
    ]

    private static let applicationProcesses = [
        Effect("scaling", .processes),
        // There is one CGI responder, however many scripts run.
        Effect(
            "min-processes", [.wsgi, .php, .exec], if: { $0.scaling.way == .dynamic },
            otherwise: "without 'scaling: dynamic': add it, or remove it"),
        Effect(
            "spare-processes", [.wsgi, .php, .exec], if: { $0.scaling.way == .dynamic },
            otherwise: "without 'scaling: dynamic': add it, or remove it"),
        Effect(
            "idle-timeout", .processes, if: { $0.scaling.way != .static },
            otherwise: "without 'scaling: dynamic' or 'ondemand': add it, or remove it"),
        Effect("concurrency", .exec), Effect("process-max-requests", .processes),
        Effect(
            "process-max-requests-jitter", .processes, if: { $0.scaling.maxRequests > 0 },
            otherwise: "without 'process-max-requests': add it, or remove it"),
        Effect("process-max-age", .processes), Effect("process-max-memory", .processes),
        Effect("rlimit", .processes), Effect("param", .applications), Effect("revision", .applications),
    ]

    private static let servers = [
        Effect("balance", .servers), Effect("max-connections", .fcgi), Effect("connect-timeout", .fastCGI),
        Effect("request-timeout", .fastCGI), Effect("max-fails", .fcgi), Effect("fail-timeout", .fcgi),
        Effect("health-check", .fcgi),
        Effect(
            "health-interval", .fcgi, if: { $0.external.healthCheck != nil },
            otherwise: "without 'health-check': add it, or remove it"),
        Effect("resolve-interval", .names), Effect("retry", .fastCGI),
    ]

    private static let timesAndSizes = [
        Effect("timeout", [.gateway, .applications]), Effect("graceful-timeout", .gateway),
        Effect("finish-timeout", .fastCGI), Effect("temporary-limit", .gateway),
        Effect("boot-timeout", [.gateway, .processes]), Effect("keep-alive", .gateway),
        Effect("header-timeout", .gateway), Effect("body-timeout", .gateway),
        Effect("send-timeout", .gateway),
        Effect("queue-timeout", .applications), Effect("queue-size", .applications),
        Effect("limit-request-line", .gateway), Effect("limit-request-fields", .gateway),
        Effect("limit-request-field-size", .gateway), Effect("limit-request-head", .gateway),
        Effect("limit-request-body", .everything), Effect("buffer-memory", .everything),
        Effect("buffer-limit", .everything), Effect("stream-request-body", .applications),
        Effect("worker-connections", .gateway), Effect("body-rate", .gateway), Effect("send-rate", .gateway),
        Effect(
            "address-connections", .gateway,
            if: { $0.addressConnections == 0 || !$0.forwardedAllowIPs.contains("*") },
            otherwise:
                "where every peer speaks for others: name the proxies in 'forwarded-allow-ips' instead of '*'"
        ),
        Effect("pipeline-depth", .gateway), Effect("worker-buffers", .gateway),
    ]

    private static let files = [
        Effect("index", [.site, .files]), Effect("autoindex", [.site, .files]),
        Effect("precompressed", [.site, .files]), Effect("cache-control", [.site, .files, .sent]),
        Effect("max-ranges", [.site, .files, .sent]), Effect("mime-types", [.site, .files, .sent]),
        Effect("follow-links", [.site, .files, .cgi, .sent]),
        Effect("x-sendfile-root", .fastCGI), Effect("x-accel-root", .fastCGI),
    ]

    private static let responses = [
        Effect("server-header", .gateway), Effect("compress", .applications),
        Effect("compress-types", .applications, if: \.compresses, otherwise: nothingIsCompressed),
        Effect("compress-min-length", .applications, if: \.compresses, otherwise: nothingIsCompressed),
        Effect("compress-level", .applications, if: \.compresses, otherwise: nothingIsCompressed),
        Effect("compress-limit", .applications, if: \.compresses, otherwise: nothingIsCompressed),
        Effect("error-page", .everything),
        Effect(
            "intercept-errors", [.applications, .fixed], if: { !$0.errorPages.isEmpty },
            otherwise: "without a page: add 'error-page', or remove it"),
    ]

    private static let strictness = [
        Effect("permit-obsolete-folding", .gateway), Effect("permit-unconventional-http-method", .gateway),
        Effect("permit-unconventional-http-version", .gateway), Effect("strip-header-spaces", .gateway),
        Effect(
            "casefold-http-method", .gateway, if: { $0.requestRules.permitsUnconventionalMethod },
            otherwise:
                "where methods in lower case are refused: add 'permit-unconventional-http-method', or remove it"
        ),
        Effect("header-map", .gateway),
        Effect("forwarder-headers", .gateway, if: \.trustsSomebody, otherwise: nobodyIsTrusted),
    ]

    private static let surroundings = [
        Effect("config", .gateway),
        // A relative `static:` begins there.
        Effect("chdir", [.gateway, .processes, .files]),
        Effect("env", [.gateway, .processes]), Effect("user", [.gateway, .processes]),
        Effect("group", [.gateway, .processes]), Effect("umask", [.gateway, .processes]),
        Effect("daemon", .gateway), Effect("pid", .gateway), Effect("proc-name", .gateway),
        Effect("python", .wsgi), Effect("php", .php), Effect("php-ini", [.php, .fcgi]),
        Effect(
            "script-root", .fcgi, if: { $0.root != nil }, otherwise: "without 'root': add it, or remove it"),
        Effect("root", [.fcgi, .script]), Effect("temporary-folder", .gateway),
        Effect("access-log", .gateway),
        Effect(
            "access-log-format", .gateway, if: { $0.accessLog != nil },
            otherwise: "without 'access-log': add it, or remove it"),
        Effect("error-log", .gateway), Effect("log-level", .gateway),
    ]

    private static let nobodyIsTrusted =
        "where nobody is trusted: name peers in 'forwarded-allow-ips', or remove it"
    private static let noSocketFile = "without a unix socket: add one to 'bind', or remove it"
    private static let nothingIsCompressed = "without 'compress': add it, or remove it"
}

extension Settings {
    fileprivate var hasSocketFile: Bool {
        binds.contains { if case .unix = $0 { true } else { false } }
    }

    fileprivate var trustsSomebody: Bool { !forwardedAllowIPs.isEmpty }

    fileprivate var compresses: Bool { !compression.codings.isEmpty }
}
