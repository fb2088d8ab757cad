// A Swift program where somebody else is the web server: started by spawn-fcgi, and asked through lighttpd or nginx, with the
// configuration that docs/swift-under-other-servers.md shows.

import Syscalls
import Testing

/// A program with a Swift application, started by spawn-fcgi.
final class SpawnedResponder {
    let folder: TemporaryFolder
    let socket: String
    let process: StartedProcess
    private let errors: OwnedDescriptor

    init(_ kind: String = "table", threads: Int = 2, environment: [String] = []) throws {
        folder = try TemporaryFolder()
        socket = folder / "fcgi.socket"
        errors = try Files.temporary(in: "/tmp")
        // `-n` stays in the foreground, so that the process is ours to end.
        process = try StartedProcess(
            ["spawn-fcgi", "-n", "-s", socket, "--", Build.testApplication, "--threads", "\(threads)"],
            environment: environment + ["TEST_APPLICATION=\(kind)", "CALL_LOG=\(folder / "calls")"],
            output: errors.number, errors: errors.number)
        try eventually("it listens") { Files.status(socket) != nil }
    }

    deinit { process.kill() }

    var log: String { (try? TextFile.read(errors)) ?? "" }
    var calls: [String] { TextFile.read(folder / "calls").lines }
}

/// A web server in front of a responder.
enum WebServer: String, CaseIterable {
    case nginx, lighttpd

    /// Starts it.
    ///
    /// - Returns: Its process, and the port where it listens.
    func start(before responder: SpawnedResponder) throws -> (StartedProcess, UInt16) {
        let folder = responder.folder
        let file = folder / rawValue
        return try startServer(rawValue) { port in
            try TextFile.write(configuration(port, responder), to: file)
            return try StartedProcess(
                self == .nginx ? ["nginx", "-c", file] : ["lighttpd", "-D", "-f", file])
        }
    }

    private func configuration(_ port: UInt16, _ responder: SpawnedResponder) throws -> String {
        let folder = responder.folder.path
        switch self {
        case .lighttpd:
            return """
                server.modules = ("mod_fastcgi")
                server.document-root = "\(folder)"
                server.errorlog = "\(folder)/lighttpd.log"
                server.bind = "127.0.0.1"
                server.port = \(port)
                server.stream-response-body = 1
                server.max-keep-alive-idle = 60
                server.http-parseopts = ("url-normalize" => "disable")
                fastcgi.server = ("/" => (("socket" => "\(responder.socket)",
                    "check-local" => "disable", "fix-root-scriptname" => "enable")))

                """
        case .nginx:
            let places = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"]
                .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: "\n")
            return """
                daemon off;
                user \(try run("id", "-un").trimmed) \(try run("id", "-gn").trimmed);
                pid \(folder)/nginx.pid;
                error_log \(folder)/nginx.log;
                events {}
                http {
                \(places)
                access_log off;
                upstream application { server unix:\(responder.socket); keepalive 1; }
                server {
                listen 127.0.0.1:\(port);
                client_max_body_size 8m;
                location / { fastcgi_pass application; fastcgi_keep_conn on; fastcgi_buffering off;
                include /etc/nginx/fastcgi_params;
                } } }

                """
        }
    }
}

/// Starts a server that cannot say which port the kernel has given it, on one that was free just now. Somebody may be quicker: then
/// it is another one's turn.
func startServer(
    _ name: String, _ start: (UInt16) throws -> StartedProcess
) throws -> (StartedProcess, UInt16) {
    for _ in 0..<5 {
        let port = try freePort()
        let process = try start(port)
        try eventually("\(name) listens") { isOpen(port) || process.status != nil }
        if process.status == nil { return (process, port) }
    }
    throw MissingTool(name: name)
}
