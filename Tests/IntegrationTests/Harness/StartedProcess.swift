// Programs that a test starts: the gateway itself, and the small tools that make up for what has no place in
// Syscalls. Their output goes to files, so that no pipe can fill up and hold them.

import Syscalls
import Testing

/// A program that a test has started.
final class StartedProcess: Sendable {
    let pid: ProcessID

    /// - Parameters:
    ///   - command: The program and its arguments; it is looked for in PATH.
    ///   - environment: Added to that of the tests.
    ///   - input: To be its standard input; otherwise that is empty.
    ///   - output: To be its standard output, and `errors` its standard error; otherwise nobody reads them.
    ///   - socket: To be its descriptor 3.
    init(
        _ command: [String], environment: [String] = [], directory: String? = nil, input: CInt? = nil,
        output: CInt? = nil, errors: CInt? = nil, passing socket: CInt? = nil
    ) throws {
        // Variables that would change what the gateway does by default.
        let own = SystemProcess.environment.filter { entry in
            ![
                "PORT=", "WEB_CONCURRENCY=", "FORWARDED_ALLOW_IPS=", "GATEWAY_CMD_ARGS=", "VIRTUAL_ENV=",
                "TMPDIR=",
                "PHP_FCGI_",
            ].contains { entry.hasPrefix($0) }
        }
        let program = Program(
            path: try Self.path(of: command[0]), arguments: command, environment: own + environment,
            directory: directory)
        let empty = try TextFile.open("/dev/null")
        let nowhere = try Files.openLog("/dev/null")
        let standard = [input ?? empty.number, output ?? nowhere.number, errors ?? nowhere.number]
        pid = try Spawner.spawn(program, descriptors: standard + (socket.map { [$0] } ?? []))
    }

    /// How it ended; `nil` while it runs.
    var status: Syscalls.ExitStatus? { Spawner.status(of: pid) }

    /// Sends a signal, if it still runs.
    func signal(_ signal: Signal) {
        if status == nil { ChildProcess.signal(pid, signal) }
    }

    /// Waits for its end.
    @discardableResult
    func waitForEnd(
        within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Syscalls.ExitStatus {
        try eventually("process \(pid) ends", within: seconds, sourceLocation: sourceLocation) { status }
    }

    /// Ends it however it is.
    func kill() {
        guard status == nil else { return }
        ChildProcess.signal(pid, .kill)
        let deadline = Deadline(seconds: 10)
        while status == nil, !deadline.isOver { pause(milliseconds: 2) }
    }

    private static func path(of name: String) throws -> String {
        if name.contains("/") { return name }
        let path = SystemProcess.environmentValue("PATH") ?? "/usr/bin:/bin"
        for folder in (path + ":/usr/sbin:/sbin").split(separator: ":")
        where Files.isExecutable("\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw MissingTool(name: name)
    }
}

/// A program that the tests need and this machine does not have: a failure, never a reason to skip a test.
struct MissingTool: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "'\(name)' is missing: 'make test' installs what the tests need"
    }
}

/// Runs a tool to its end.
///
/// - Returns: What it wrote to its standard output.
@discardableResult
func run(
    _ command: String..., environment: [String] = [], directory: String? = nil, within seconds: Int = 60,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    let (status, output, errors) = try outcome(of: command, environment, directory, seconds, sourceLocation)
    try #require(
        status == .exited(0), "\(command.joined(separator: " ")): \(status): \(errors)",
        sourceLocation: sourceLocation)
    return output
}

/// Runs a tool to its end, whatever that may be.
func outcome(
    of command: [String], _ environment: [String] = [], _ directory: String? = nil, _ seconds: Int = 60,
    _ sourceLocation: SourceLocation = #_sourceLocation
) throws -> (status: Syscalls.ExitStatus, output: String, errors: String) {
    let output = try Files.temporary(in: "/tmp")
    let errors = try Files.temporary(in: "/tmp")
    let process = try StartedProcess(
        command, environment: environment, directory: directory, output: output.number, errors: errors.number)
    defer { process.kill() }
    let status = try process.waitForEnd(within: seconds, sourceLocation: sourceLocation)
    return (status, try TextFile.read(output), try TextFile.read(errors))
}
