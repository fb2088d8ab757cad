// One program, four ways to be served: by itself, as a FastCGI responder behind two web servers, and as a CGI script of a third.

import Syscalls
import Testing

/// Who serves the program.
enum ServedBy: String, CaseIterable {
    case itself, lighttpd, nginx, apache
}

/// The same program, served by all four at once.
final class FourServers {
    private let files: TemporaryFolder
    private let gateway: GatewayProcess
    private var responders: [SpawnedResponder] = []
    private var servers: [StartedProcess] = []
    private let script: ApacheScript
    private(set) var ports: [ServedBy: UInt16] = [:]

    /// - Parameter kind: What Tests/TestApplication makes of TEST_APPLICATION.
    init(_ kind: String) throws {
        files = try TemporaryFolder()
        try run("sh", "-c", Self.makeFiles(in: files.path))
        let environment = ["TEST_FILES=\(files.path)"]
        gateway = try GatewayProcess(
            nil, [], environment: environment + ["TEST_APPLICATION=\(kind)"], folder: nil,
            program: Build.testApplication)
        script = try ApacheScript(environment + ["TEST_APPLICATION=\(kind)"])
        ports[.apache] = script.port
        for (server, name) in [(WebServer.lighttpd, ServedBy.lighttpd), (.nginx, .nginx)] {
            let responder = try SpawnedResponder(kind, environment: environment)
            responders.append(responder)
            let (process, port) = try server.start(before: responder)
            servers.append(process)
            ports[name] = port
        }
        try gateway.waitUntilListening()
        ports[.itself] = try gateway.port
    }

    deinit {
        for server in servers { server.signal(.term) }
        for server in servers {
            _ = try? server.waitForEnd()
            server.kill()
        }
        gateway.discard()
    }

    /// All of one moment that has long passed: what is new has another tag each time.
    private static func makeFiles(in folder: String) -> String {
        """
        set -e; cd \(folder); chmod 755 .; mkdir folder
        printf 'a file\\n' > text.txt; printf '<p>ä' > page.html; : > empty.css; printf '{}' > 'a b.json'
        printf x > unknown.qqq; head -c 300000 /dev/zero | tr '\\0' x > large.bin; mkfifo pipe
        touch -d 2020-02-02T02:02:02Z *
        """
    }
}
