// The gateway as its users have it: the built program, started with a command line, on a port that the kernel
// chooses. However a test ends, nothing of its gateway is left; that nothing is left when it ends by itself
// is part of every test.

import Synchronization
import Syscalls
import Testing

/// A running gateway.
final class GatewayProcess {
    private static let lastNumber = Atomic(0)

    let folder: TemporaryFolder
    let process: StartedProcess
    /// The variable that its processes are found by.
    let marker: String
    private let program: String
    private let errors: OwnedDescriptor

    /// Starts it; ``waitUntilListening(within:sourceLocation:)`` follows.
    ///
    /// - Parameters:
    ///   - application: The application argument; `nil` for a program with an application of its own.
    ///   - program: What is started.
    ///   - socket: To be its descriptor 3, as a service manager passes one.
    init(
        _ application: String?, _ options: [String], environment: [String], folder: TemporaryFolder?,
        program: String = Build.gateway, passing socket: CInt? = nil
    ) throws {
        self.program = program
        let number = Self.lastNumber.add(1, ordering: .relaxed).newValue
        marker = "GATEWAY_TEST=\(SystemProcess.id)-\(number)"
        self.folder = try folder ?? TemporaryFolder()
        var options = options
        // What a configuration file says is not said on the command line.
        for (option, value) in [("--bind", "127.0.0.1:0"), ("--workers", "1"), ("--processes", "1")]
        where !options.contains(option) && !options.contains("--config") {
            options += [option, value]
        }
        errors = try Files.temporary(in: "/tmp")
        try #require(Files.isExecutable(program), "\(program) is not built")
        try run("mkdir", "-p", self.folder / "temporary")
        // Only the process itself can know its pid before it runs.
        let manager = socket == nil ? [] : ["sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"]
        process = try StartedProcess(
            manager + [program] + (application.map { [$0] } ?? [])
                + ["--temporary-folder", self.folder / "temporary"] + options,
            environment: environment + [
                marker, "CALL_LOG=\(self.folder / "calls")", "HOOK_LOG=\(self.folder / "hooks")",
            ],
            directory: self.folder.path, output: errors.number, errors: errors.number, passing: socket)
    }

    var pid: ProcessID { process.pid }
    /// What it has written to its standard descriptors.
    var log: String { (try? TextFile.read(errors)) ?? "" }

    /// Whether a line of the log contains every one of `parts`.
    func hasLogged(_ parts: String...) -> Bool {
        log.lines.contains { line in parts.allSatisfy { line.contains($0) } }
    }

    func waitUntilListening(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("the gateway listens", within: 60, sourceLocation: sourceLocation) {
            if hasLogged("listening at") { return true }
            try #require(process.status == nil, "the gateway ended: \(log)", sourceLocation: sourceLocation)
            return false
        }
    }

    /// The port that the kernel chose.
    var port: UInt16 {
        get throws {
            let text = try #require(log.split(separator: "listening at http://127.0.0.1:").dropFirst().first)
            return try #require(UInt16(text.prefix { $0.isNumber }))
        }
    }

    /// A new connection.
    func connect() throws -> HTTPClient { try HTTPClient(port: port) }

    /// One request on a connection of its own.
    func get(_ target: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> HTTPResponse {
        let client = try connect()
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return try client.receive(sourceLocation: sourceLocation)
    }

    /// The requests that have reached the application, as `GET /target`, where that is the responder.
    var calls: [String] { TextFile.read(folder / "calls").lines }

    // MARK: Its processes

    var tree: ProcessTree { get throws { try ProcessTree(marker: marker, program: program) } }
    var workers: [ProcessID] { get throws { try tree.workers(of: pid) } }
    var applications: [ProcessID] { get throws { try tree.applications(of: pid) } }

    func signal(_ signal: Signal) { process.signal(signal) }

    // MARK: Its end

    /// Stops it as an operator would, and expects that it ends well.
    func stop(sourceLocation: SourceLocation = #_sourceLocation) throws {
        signal(.term)
        let status = try process.waitForEnd(within: 60, sourceLocation: sourceLocation)
        #expect(status == .exited(0), "the gateway \(status)", sourceLocation: sourceLocation)
    }

    /// Expects that it left no process and no temporary file.
    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("no process of the gateway is left", sourceLocation: sourceLocation) {
            try tree.entries.isEmpty
        }
        let files = try run("ls", "-A", folder / "temporary").lines
        #expect(files.isEmpty, "temporary files are left", sourceLocation: sourceLocation)
    }

    /// Ends whatever is still there.
    func discard() {
        process.kill()
        for entry in (try? tree.entries) ?? [] { ChildProcess.signal(entry.pid, .kill) }
    }
}

extension GatewayProcess {
    /// Runs `body` when the gateway listens, stops it where that has not happened yet, and looks for
    /// leftovers.
    func use(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
    ) throws {
        defer { discard() }
        do {
            try waitUntilListening(sourceLocation: sourceLocation)
            try body(self)
            if process.status == nil { try stop(sourceLocation: sourceLocation) }
            try expectNothingLeft(sourceLocation: sourceLocation)
        } catch {
            print("The log of the gateway:\n\(log)")
            throw error
        }
    }
}

/// Runs `body` with a gateway.
func withGateway(
    _ application: String, _ options: String..., environment: [String] = [], folder: TemporaryFolder? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
) throws {
    try GatewayProcess(application, options, environment: environment, folder: folder)
        .use(sourceLocation: sourceLocation, body)
}

/// Runs the gateway's program to an end that comes by itself: a mistake in its surroundings, or a question.
func gatewayOutcome(
    _ arguments: String..., environment: [String] = [], within seconds: Int = 60,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> (status: Syscalls.ExitStatus, output: String, errors: String) {
    try outcome(of: [Build.gateway] + arguments, environment, nil, seconds, sourceLocation)
}
