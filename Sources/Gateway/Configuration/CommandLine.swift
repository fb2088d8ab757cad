// The command line: names, defaults and help. Gunicorn's names where Gunicorn has the thing.

import ArgumentParser
import Syscalls

/// The options that every gateway has, whatever it serves.
struct ServerOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help:
            "Address to listen on: HOST:PORT, [::1]:PORT or unix:PATH. Repeatable. (default: 127.0.0.1:8000, or 0.0.0.0:$PORT)"
    )
    var bind: [String] = []

    @Option(
        name: [.short, .long], help: "HTTP workers. (default: $WEB_CONCURRENCY, or the number of processors)")
    var workers: Int?

    @Option(
        help:
            "Application processes; for fcgi: the processes that the application has, so that connections can be kept. (default: 2 × processors + 1)"
    )
    var processes: Int?

    @Option(help: "Threads of each Python application process.")
    var threads = 1

    @Option(
        name: [.short, .long],
        help: "Seconds until an application must begin to answer, and between two parts of its answer.")
    var timeout = 30

    @Option(help: "Seconds to finish exchanges in progress when stopping.")
    var gracefulTimeout = 30

    @Option(help: "Seconds that a connection may wait for its next request.")
    var keepAlive = 75

    @Option(help: "Seconds until a request head must be complete.")
    var headerTimeout = 15

    @Option(help: "Seconds between two parts of a request body.")
    var bodyTimeout = 30

    @Option(help: "Seconds between two signs that a client takes its answer.")
    var sendTimeout = 60

    @Option(help: "Seconds that a request may wait for a free application process.")
    var queueTimeout = 30

    @Option(help: "Requests of a worker that may wait for a free application process.")
    var queueSize = 1024

    @Option(help: "Connections that wait to be accepted.")
    var backlog = 2048

    @Option(help: "Connections that one worker may have.")
    var workerConnections = 8192

    @Option(help: "Octets of a request line.")
    var limitRequestLine = 8190

    @Option(help: "Number of header fields.")
    var limitRequestFields = 100

    @Option(help: "Octets of a header field.")
    var limitRequestFieldSize = 8190

    @Option(help: "Octets of a whole request head.")
    var limitRequestHead = 65_536

    @Option(help: "Octets of a request body.")
    var limitRequestBody: UInt64 = 1 << 30

    @Option(help: "Octets of a body or an answer that wait in memory before a temporary file is used.")
    var bufferMemory = 524_288

    @Option(help: "Octets of an answer that may wait for a slow client in all.")
    var bufferLimit = 1 << 30

    @Option(help: "Folder of temporary files. (default: $TMPDIR, or /tmp)")
    var temporaryFolder: String?

    @Option(help: "Folder to run the application in.")
    var chdir: String?

    @Option(name: [.short, .long], help: "File to write the master's pid to.")
    var pid: String?

    @Option(help: "Where requests are logged: a file, or - for stdout. (default: nowhere)")
    var accessLog: String?

    @Option(help: "Where messages are logged: a file, or - for stderr.")
    var errorLog = "-"

    @Option(help: "debug, info, warning, error or critical.")
    var logLevel = "info"

    @Option(help: "Python interpreter for wsgi:. (default: that of $VIRTUAL_ENV, or python3)")
    var python: String?

    @Option(help: "Folder of a PHP site behind fcgi:.")
    var root: String?

    @Flag(help: "Check the options and the surroundings, and exit.")
    var checkConfig = false

    @Flag(help: "Print every setting, and exit.")
    var printConfig = false
}

extension ServerOptions {
    /// The settings that the options stand for.
    func settings() throws(ConfigurationError) -> Settings {
        var settings = Settings()
        settings.binds = try binds()
        settings.workers = try workerCount()
        settings.processes = try processes.map { count throws(ConfigurationError) in
            try check(count, "--processes", 1...1024)
        }
        settings.threads = try check(threads, "--threads", 1...256)
        settings.backlog = try check(backlog, "--backlog", 1...65_535)
        settings.workerConnections = try check(workerConnections, "--worker-connections", 1...1_000_000)
        let seconds = 1...86_400 * 365
        settings.timeout = try check(timeout, "--timeout", seconds)
        settings.gracefulTimeout = try check(gracefulTimeout, "--graceful-timeout", 0...86_400)
        settings.keepAlive = try check(keepAlive, "--keep-alive", seconds)
        settings.headerTimeout = try check(headerTimeout, "--header-timeout", seconds)
        settings.bodyTimeout = try check(bodyTimeout, "--body-timeout", seconds)
        settings.sendTimeout = try check(sendTimeout, "--send-timeout", seconds)
        settings.queueTimeout = try check(queueTimeout, "--queue-timeout", seconds)
        settings.queueSize = try check(queueSize, "--queue-size", 0...1_000_000)
        settings.requestLimits.requestLine = try check(
            limitRequestLine, "--limit-request-line", 64...1_048_576)
        settings.requestLimits.fieldCount = try check(
            limitRequestFields, "--limit-request-fields", 1...32_768)
        settings.requestLimits.fieldLine = try check(
            limitRequestFieldSize, "--limit-request-field-size", 64...1_048_576)
        settings.requestLimits.head = try check(limitRequestHead, "--limit-request-head", 256...16_777_216)
        settings.bodyLimit = limitRequestBody
        settings.bufferMemory = try check(bufferMemory, "--buffer-memory", 0...1 << 30)
        settings.bufferLimit = try check(bufferLimit, "--buffer-limit", 65_536...1 << 40)
        settings.temporaryFolder = try folder()
        settings.directory = chdir
        settings.pidFile = pid
        settings.accessLog = accessLog
        settings.errorLog = errorLog
        guard let level = LogLevel(rawValue: logLevel) else {
            throw .usage(
                "'\(logLevel)' is no log level (--log-level): write debug, info, warning, error or critical")
        }
        settings.logLevel = level
        settings.python = python
        settings.root = root
        return settings
    }

    private func binds() throws(ConfigurationError) -> [BindAddress] {
        var binds: [BindAddress] = []
        for text in bind { binds.append(try BindAddress(parsing: text)) }
        if !binds.isEmpty { return binds }
        if let port = SystemProcess.environmentValue("PORT"), !port.isEmpty {
            return [try BindAddress(parsing: "0.0.0.0:\(port)")]
        }
        return Settings().binds
    }

    private func workerCount() throws(ConfigurationError) -> Int {
        let limit = 1...Scoreboard.workerCapacity / 4
        if let workers { return try check(workers, "--workers", limit) }
        guard let text = SystemProcess.environmentValue("WEB_CONCURRENCY"), !text.isEmpty else {
            return min(SystemProcess.processorCount, limit.upperBound)
        }
        guard let count = Int(text) else { throw .usage("'\(text)' is no number (WEB_CONCURRENCY)") }
        return try check(count, "WEB_CONCURRENCY", limit)
    }

    private func folder() throws(ConfigurationError) -> String {
        let inherited = SystemProcess.environmentValue("TMPDIR") ?? ""
        let folder = temporaryFolder ?? (inherited.isEmpty ? "/tmp" : inherited)
        guard Files.isReadableDirectory(folder) else {
            throw .environment("cannot use the folder '\(folder)' for temporary files: is it there?")
        }
        return folder
    }

    private func check(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws(ConfigurationError)
        -> Int
    {
        guard range.contains(value) else {
            throw .usage(
                "\(name) is \(value): write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}

/// `gateway APPLICATION [options]`
struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serves an application in any language over HTTP.",
        discussion: """
            APPLICATION is one of
              wsgi:MODULE:CALLABLE  a Python WSGI application
              php:DIR               a folder of PHP scripts and files
              exec:COMMAND          any FastCGI program, spawned with its listening socket as descriptor 0
              fcgi:ADDRESS          a FastCGI application that runs already: unix:PATH or HOST:PORT
            """,
        version: "gateway \(Settings.version)")

    @Argument(help: "What to serve.")
    var application: String

    @OptionGroup var options: ServerOptions
}

/// A program with an application of its own: the same options, and no argument.
struct EmbeddedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: CommandLine.arguments.first?.split(separator: "/").last.map(String.init),
        abstract: "Serves its application over HTTP.", version: "gateway \(Settings.version)")

    @OptionGroup var options: ServerOptions
}
