import Syscalls
import Testing

/// A CGI responder by itself, as it stands behind other web servers.
final class ResponderProcess {
    let scripts: ScriptFolder
    let socket: String
    let process: StartedProcess
    private let errors: OwnedDescriptor

    /// - Parameter command: What is called fcgiwrap; ours unless another one is named.
    init(
        _ options: String..., in scripts: ScriptFolder, command: [String] = [Build.gateway, "fcgiwrap"],
        socket name: String = "responder.socket"
    ) throws {
        self.scripts = scripts
        socket = scripts.folder / name
        errors = try Files.temporary(in: "/tmp")
        process = try StartedProcess(
            command + ["-s", "unix:\(socket)"] + options, environment: ["INHERITED=ours"],
            errors: errors.number)
        let path = socket
        try eventually("it listens") { (try? HTTPClient(unix: path)) != nil }
    }

    deinit { process.kill() }

    /// What it has written to its standard error.
    var log: String { (try? TextFile.read(errors)) ?? "" }

    /// Runs a case of Applications/fastcgi_client.py.
    func check(
        _ name: String, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (status, _, errors) = try outcome(
            of: ["python3", Build.application("fastcgi_client.py"), socket, name, scripts.path] + arguments)
        #expect(status == .exited(0), "\(name): \(errors)", sourceLocation: sourceLocation)
    }

    /// Tells it to end, and expects that it does so well.
    func stop(_ signal: Signal = .term, sourceLocation: SourceLocation = #_sourceLocation) throws {
        process.signal(signal)
        #expect(try process.waitForEnd(sourceLocation: sourceLocation) == .exited(0), "\(log)")
        #expect(!Files.isSocket(socket), sourceLocation: sourceLocation)
    }
}
