import Syscalls
import Testing

/// A php-fpm with two processes, as a machine's own would run.
final class PHPFPM {
    let socket: String
    private let process: StartedProcess

    /// - Parameter folder: Gets its socket, its settings and its log.
    init(in folder: TemporaryFolder) throws {
        socket = folder / "fpm.socket"
        try TextFile.write(
            """
            [global]
            error_log = \(folder / "fpm.log")
            daemonize = no
            [www]
            listen = \(socket)
            listen.mode = 0666
            user = \(try run("id", "-un").trimmed)
            group = \(try run("id", "-gn").trimmed)
            pm = static
            pm.max_children = 2
            catch_workers_output = yes

            """, to: folder / "fpm.conf")
        process = try StartedProcess([
            try Self.program(), "--nodaemonize", "--allow-to-run-as-root", "-y", folder / "fpm.conf",
        ])
    }

    deinit {
        // Its children go with it only if it is asked.
        process.signal(.term)
        _ = try? process.waitForEnd()
        process.kill()
    }

    /// Debian puts the version into the name.
    private static func program() throws -> String {
        let found = try outcome(of: [
            "sh", "-c", "command -v php-fpm || ls /usr/sbin/php-fpm* /usr/local/sbin/php-fpm*",
        ])
        guard let program = found.output.lines.first else { throw MissingTool(name: "php-fpm") }
        return program
    }
}
