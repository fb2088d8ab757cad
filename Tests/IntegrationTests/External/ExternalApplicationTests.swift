import Syscalls
import Testing

@Suite("Applications that run already: fcgi:", .serialized)
struct ExternalApplicationTests {
    /// The responder on its own, as spawn-fcgi starts it.
    private func startResponder(at address: String) throws -> StartedProcess {
        // `-n` stays in the foreground, so that the process is ours to end.
        try StartedProcess(["spawn-fcgi", "-n"] + Self.place(address) + ["--", CProgram.responder.path])
    }

    private static func place(_ address: String) -> [String] {
        if address.hasPrefix("unix:") { return ["-s", String(address.dropFirst(5))] }
        let parts = address.split(separator: ":")
        return ["-a", String(parts[0]), "-p", String(parts[1])]
    }

    private func freeAddress() throws -> String {
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let socket = try Socket.listen(address, backlog: 1, isNonBlocking: true)
        return "127.0.0.1:\(try Socket.localAddress(socket.number).port)"
    }

    @Test("A responder on TCP and on a unix socket, with connections kept and not", .timeLimit(.minutes(5)))
    func responder() throws {
        for isUnix in [false, true] {
            for options in [["--processes", "1"], ["--workers", "2"]] {
                let folder = try TemporaryFolder()
                let address = isUnix ? "unix:\(folder / "fcgi.socket")" : try freeAddress()
                let responder = try startResponder(at: address)
                defer { responder.kill() }
                let gateway = try GatewayProcess("fcgi:\(address)", options, environment: [], folder: folder)
                try gateway.use { gateway in
                    try eventually("it answers") { try gateway.get("/").status == 200 }
                    let client = try gateway.connect()
                    for count in [0, 1, 200_000] {
                        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
                        client.send([UInt8](repeating: 1, count: count))
                        #expect(try client.receive().text == "\(count) bytes, sum \(count)")
                    }
                    let crowd = try Crowd(of: 8, at: gateway, isKept: true, requestsEach: 25)
                    try crowd.finish()
                    #expect(crowd.failures == [])
                }
                // It is not the gateway's to end.
                #expect(responder.status == nil)
            }
        }
    }

    @Test("One that is down is 502, and is used again when it is back", .timeLimit(.minutes(5)))
    func down() throws {
        for isUnix in [false, true] {
            let folder = try TemporaryFolder()
            let address = isUnix ? "unix:\(folder / "fcgi.socket")" : try freeAddress()
            try withGateway("fcgi:\(address)", folder: folder) { gateway in
                #expect(try gateway.get("/first").status == 502)
                #expect(gateway.hasLogged("[error]", "GET /first", "cannot be reached"))
                for _ in 0..<2 {
                    let responder = try startResponder(at: address)
                    defer { responder.kill() }
                    try eventually("it answers") { try gateway.get("/").status == 200 }
                    let client = try gateway.connect()
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try client.receive().status == 200)
                    responder.kill()
                    // A kept connection to what has died is no reason to fail differently.
                    client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try client.receive().status == 502)
                }
            }
        }
    }

    @Test("One that hangs is 504, and is nobody's to kill", .timeLimit(.minutes(5)))
    func hung() throws {
        let address = try freeAddress()
        let folder = try TemporaryFolder()
        let responder = try startResponder(at: address)
        defer { responder.kill() }
        try withGateway("fcgi:\(address)", "--timeout", "1", folder: folder) { gateway in
            try eventually("it answers") { try gateway.get("/").status == 200 }
            #expect(try gateway.get("/?hang").status == 504)
            #expect(responder.status == nil)
            // It serves one request at a time, so it is lost until somebody ends it.
            responder.kill()
            let successor = try startResponder(at: address)
            defer { successor.kill() }
            try eventually("its successor answers") { try gateway.get("/").status == 200 }
        }
    }

    @Test("php-fpm with the folder of its site", .timeLimit(.minutes(5)))
    func phpFPM() throws {
        let site = try Site()
        let folder = site.folder
        let socket = folder / "fpm.socket"
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
        let program = try phpFPMProgram()
        let fpm = try StartedProcess([
            program, "--nodaemonize", "--allow-to-run-as-root", "-y", folder / "fpm.conf",
        ])
        defer {
            // Its children go with it only if it is asked.
            fpm.signal(.term)
            _ = try? fpm.waitForEnd()
            fpm.kill()
        }
        let gateway = try GatewayProcess(
            "fcgi:unix:\(socket)", ["--root", site.path, "--processes", "2", "--workers", "2"],
            environment: [],
            folder: folder)
        try gateway.use { gateway in
            try eventually("php-fpm answers") { try gateway.get("/hello.php").status == 200 }
            #expect(try gateway.get("/hello.php").text == "hello from php")
            #expect(try gateway.get("/style.css")["Content-Type"] == "text/css; charset=utf-8")
            #expect(try gateway.get("/articles/7").text == "front /articles/7")
            #expect(try gateway.get("/.secret").status == 403)
            let entries = try gateway.get("/environ.php/more").text.lines
            #expect(entries.contains("SCRIPT_FILENAME=\(site.path)/environ.php"))
            #expect(entries.contains("PATH_INFO=/more"))
            let crowd = try Crowd(of: 8, at: gateway, isKept: true, requestsEach: 25) { _, _ in "/hello.php" }
            try crowd.finish()
            #expect(crowd.failures == [])
        }
    }
}
