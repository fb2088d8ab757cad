// A gateway that goes into the background: its starter ends, and the gateway is found by its pid file, like an operator
// would.

import Syscalls
import Testing

/// A gateway started with `--daemon`.
final class DaemonProcess {
    let folder: TemporaryFolder
    /// What was started, and ends when the gateway serves.
    let starter: StartedProcess
    private let marker: String
    private let output: OwnedDescriptor

    /// - Parameter terminalReport: Where Applications/terminal.py is to write; `nil` starts it without a terminal.
    init(
        _ application: String, _ options: [String] = [], folder: TemporaryFolder,
        terminalReport: String? = nil
    ) throws {
        self.folder = folder
        marker = "GATEWAY_TEST=daemon-\(folder.path)"
        output = try Files.temporary(in: "/tmp")
        let terminal = terminalReport.map { ["python3", Build.application("terminal.py"), $0] } ?? []
        starter = try StartedProcess(
            terminal + [
                Build.gateway, application, "--daemon", "--workers", "2", "--processes", "1", "--bind",
                "127.0.0.1:0", "--pid", folder / "pid", "--error-log", folder / "log",
            ] + options,
            environment: [marker, "CALL_LOG=\(folder / "calls")"], directory: folder.path,
            output: output.number, errors: output.number)
    }

    /// The pid in its file.
    var pid: ProcessID? { ProcessID(TextFile.read(folder / "pid").trimmed) }
    /// What its starter and its descriptors 1 and 2 have said.
    var said: String { (try? TextFile.read(output)) ?? "" }
    var log: String { TextFile.read(folder / "log") }
    var tree: ProcessTree { get throws { try ProcessTree(marker: marker) } }

    /// A line of /proc/PID/stat behind the name: parent, group, session, terminal.
    static func relations(of pid: ProcessID) throws -> (parent: Int, session: Int, terminal: Int) {
        let stat = TextFile.read("/proc/\(pid)/stat")
        let end = try #require(stat.lastIndex(of: ")"))
        let fields = stat[stat.index(after: end)...].split(separator: " ").compactMap { Int($0) }
        try #require(fields.count > 3)
        return (fields[0], fields[2], fields[3])
    }

    func get(_ target: String) throws -> HTTPResponse {
        let text = try #require(log.split(separator: "listening at http://127.0.0.1:").dropFirst().first)
        let client = try HTTPClient(port: try #require(UInt16(text.prefix { $0.isNumber })))
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return try client.receive()
    }

    /// Ends whatever is still there.
    func discard() {
        starter.kill()
        for entry in (try? tree.entries) ?? [] { ChildProcess.signal(entry.pid, .kill) }
    }
}
