import Syscalls
import Testing

/// nginx or haproxy in front of a gateway.
final class FrontProxy {
    let port: UInt16
    private let folder: TemporaryFolder
    private let process: StartedProcess

    /// Starts nginx.
    ///
    /// - Parameter content: A part of its configuration, for the port where it is to listen.
    static func nginx(_ content: (UInt16) throws -> String) throws -> FrontProxy {
        try FrontProxy { folder, port in
            try TextFile.write(
                """
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                daemon off; pid \(folder / "nginx.pid"); error_log \(folder / "nginx.log");
                \(SystemProcess.isRoot ? "user root;" : "")
                events {}
                \(try content(port))

                """, to: folder / "nginx.conf")
            return ["nginx", "-p", folder.path, "-c", folder / "nginx.conf", "-e", folder / "nginx.log"]
        }
    }

    /// An `http` part of nginx, with places in `folder` for its files.
    static func http(_ server: String) -> String {
        let places = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"].map { "\($0)_temp_path \($0);" }
        return "http { access_log off; \(places.joined(separator: " ")) server { \(server) } }"
    }

    /// Starts haproxy.
    static func haproxy(_ content: (TemporaryFolder, UInt16) throws -> String) throws -> FrontProxy {
        try FrontProxy { folder, port in
            try TextFile.write(
                """
                defaults
                  timeout connect 10s
                  timeout client 60s
                  timeout server 60s
                \(try content(folder, port))

                """, to: folder / "haproxy.cfg")
            return ["haproxy", "-db", "-f", folder / "haproxy.cfg"]
        }
    }

    private init(_ command: (TemporaryFolder, UInt16) throws -> [String]) throws {
        // The port is free until the proxy binds it, and somebody may be quicker: then it is another one's turn.
        for _ in 0..<5 {
            let (folder, port) = (try TemporaryFolder(), try freePort())
            let command = try command(folder, port)
            let errors = try Files.openLog(folder / "errors")
            let process = try StartedProcess(command, errors: errors.number)
            try eventually("\(command[0]) listens") { isOpen(port) || process.status != nil }
            guard process.status == nil else {
                print(TextFile.read(folder / "errors"))
                continue
            }
            (self.port, self.folder, self.process) = (port, folder, process)
            return
        }
        throw MissingTool(name: "a proxy that starts")
    }

    deinit {
        process.signal(.term)
        _ = try? process.waitForEnd()
        process.kill()
    }
}
