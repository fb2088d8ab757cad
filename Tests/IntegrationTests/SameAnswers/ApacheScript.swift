// A Swift program as a CGI script: Apache starts it for each request.

import Syscalls
import Testing

/// An Apache whose site is one script, with the configuration that docs/swift-under-other-servers.md shows.
final class ApacheScript {
    let folder: TemporaryFolder
    let port: UInt16
    private let process: StartedProcess

    /// - Parameter environment: Variables for the program.
    init(_ environment: [String]) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let file = folder / "apache.conf"
        // Its scripts are nobody's where it was started by root: they read and run what everybody may.
        try run(
            "sh", "-c",
            "chmod 777 \(folder.path) && (ln '\(Build.testApplication)' \(folder.path)/script 2>/dev/null"
                + " || cp '\(Build.testApplication)' \(folder.path)/script)")
        (process, port) = try startServer("apache2") { port in
            try TextFile.write(Self.configuration(port, folder.path, environment), to: file)
            return try StartedProcess(["apache2", "-X", "-f", file])
        }
    }

    deinit {
        // One that begins a request may miss a TERM.
        let deadline = Deadline(seconds: 60)
        while process.status == nil, !deadline.isOver {
            process.signal(.term)
            pause(milliseconds: 200)
        }
        process.kill()
    }

    var log: String { TextFile.read(folder / "apache.log") }

    private static func configuration(
        _ port: UInt16, _ folder: String, _ environment: [String]
    ) throws -> String {
        let modules = ["mpm_prefork", "authz_core", "alias", "env", "cgi"]
            .map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so\n" }.joined()
        let variables = environment.map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1)
            return "SetEnv \(parts[0]) \"\(parts[1])\"\n"
        }.joined()
        let user = SystemProcess.isRoot ? "User www-data\nGroup www-data\n" : ""
        return """
            ServerRoot \(folder)
            PidFile \(folder)/apache.pid
            ErrorLog \(folder)/apache.log
            DefaultRuntimeDir \(folder)
            Mutex file:\(folder)
            Listen 127.0.0.1:\(port)
            ServerName localhost
            \(user)\(modules)\(variables)
            ScriptAlias / \(folder)/script/
            AllowEncodedSlashes NoDecode
            <Directory />
                Require all granted
                AllowOverride None
                CGIPassAuth On
            </Directory>

            """
    }
}
