import Syscalls
import Testing

@Suite("php-fpm", .serialized)
struct PHPFPMTests {
    /// Runs `body` with php-fpm that has two children.
    private func withFPM(
        _ settings: String, _ body: (GatewayProcess) throws -> Void
    ) throws {
        let site = try Site()
        let folder = site.folder
        try TextFile.write(
            """
            [global]
            error_log = \(folder / "fpm.log")
            daemonize = no
            [www]
            listen = \(folder / "fpm")
            listen.mode = 0666
            user = \(try run("id", "-un").trimmed)
            group = \(try run("id", "-gn").trimmed)
            pm = static
            pm.max_children = 2
            ping.path = /ping
            catch_workers_output = yes

            """, to: folder / "fpm.conf")
        let fpm = try StartedProcess([
            try phpFPMProgram(), "--nodaemonize", "--allow-to-run-as-root", "-y", folder / "fpm.conf",
        ])
        defer {
            // Its children go with it only if it is asked.
            fpm.signal(.term)
            _ = try? fpm.waitForEnd()
            fpm.kill()
        }
        try eventually("php-fpm listens") { Files.status(folder / "fpm") != nil }
        let gateway = try GatewayProcess(
            file: """
                workers: 4
                applications:
                  site:
                    run: fcgi:unix:\(folder / "fpm")
                \(settings.lines.map { "    \($0)" }.joined(separator: "\n"))
                """, folder: folder)
        try gateway.use(body)
    }

    @Test(
        "Two children behind four workers and two hundred clients: nothing deadlocks, all are answered",
        .timeLimit(.minutes(5)),
        arguments: ["root: site", "root: site\nprocesses: 2", "root: site\nmax-connections: 2"])
    func crowd(_ settings: String) throws {
        try withFPM(settings) { gateway in
            for isKept in [true, false] {
                let crowd = try Crowd(of: 200, at: gateway, isKept: isKept, requestsEach: 3) { _, _ in
                    "/hello.php"
                }
                try crowd.finish()
                #expect(crowd.failures == [])
            }
        }
    }

    @Test(
        "Its ping page says that it works, and its loss is noticed", .timeLimit(.minutes(5)),
        arguments: ["root: site", ""])
    func ping(_ root: String) throws {
        try withFPM(root + "\nhealth-check: /ping\nhealth-interval: 1\nprocesses: 2") { gateway in
            let since = Clock.monotonicMilliseconds()
            try eventually("it was asked twice") { Clock.monotonicMilliseconds() > since + 1500 }
            #expect(!gateway.hasLogged("is left out"), "\(gateway.log)")
            if !root.isEmpty { #expect(try gateway.get("/hello.php").text == "hello from php") }
        }
        try withFPM(root + "\nhealth-check: /pong\nhealth-interval: 1") { gateway in
            try eventually("there is no such page") { gateway.hasLogged("is left out: it answered 404") }
        }
    }
}

/// Debian puts the version into the name.
func phpFPMProgram() throws -> String {
    let found = try outcome(of: [
        "sh", "-c", "command -v php-fpm || ls /usr/sbin/php-fpm* /usr/local/sbin/php-fpm*",
    ])
    guard let program = found.output.lines.first else { throw MissingTool(name: "php-fpm") }
    return program
}
