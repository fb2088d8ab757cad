import Syscalls
import Testing

@Suite("No memory or disk left", .serialized)
struct MemoryLimitTests {
    private func post(_ count: Int, _ gateway: GatewayProcess) throws -> HTTPResponse {
        let client = try gateway.connect()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n")
        client.send([UInt8](repeating: 1, count: count))
        return try client.receive()
    }

    @Test(
        "Where the buffers are full answers go through files, requests without a body are served, and others get 503",
        .timeLimit(.minutes(5)))
    func buffers() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--processes", "2", "--worker-buffers", "1M",
            "--buffer-memory", "1M"
        ) { gateway in
            let count = 30_000_000
            let slow = try (0..<2).map { _ in try gateway.connect() }
            for client in slow { client.send("GET /?n=\(count) HTTP/1.1\r\nHost: a\r\n\r\n") }
            var refused: HTTPResponse?
            try eventually("a request with a body is refused") {
                let answer = try post(10, gateway)
                if answer.status == 503 { refused = answer } else { #expect(answer.status == 200) }
                return refused != nil
            }
            #expect(refused?["Retry-After"] == "1" && refused?["Connection"] == "close")
            #expect(gateway.hasLogged("requests with a body get 503 (--worker-buffers)"))
            #expect(try gateway.get("/").status == 200)
            #expect(try gateway.get("/?n=100000").bodyCount == 100_000)
            for client in slow { #expect(try client.receive().bodyCount == count) }
            try eventually("there is room again") { try post(10, gateway).status == 200 }
            #expect(try post(500_000, gateway).status == 200)
        }
    }

    /// A gateway that is started by way of a shell.
    private func withPrepared(
        behind preparation: String, _ options: String..., body: (GatewayProcess) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let program = folder / "prepared"
        try TextFile.write(
            """
            #!/bin/sh
            \(preparation)

            """.replacing("FOLDER", with: folder / "temporary").replacing("GATEWAY", with: Build.gateway),
            to: program,
            mode: 0o755)
        try GatewayProcess(
            "exec:\(try CProgram.responder.path)", options + ["--buffer-memory", "1K"], environment: [],
            folder: folder, program: program
        ).use(body)
    }

    private func expectSurvived(_ gateway: GatewayProcess) throws {
        for _ in 0..<10 { #expect(try post(1_000_000, gateway).status == 507) }
        #expect(gateway.log.lines.count { $0.contains("a request body was lost in") } == 1)
        #expect(gateway.hasLogged("a request body was lost in", "--temporary-folder"))
        // What fits goes on being served, out of memory and through the file.
        #expect(try post(500, gateway).text == "500 bytes, sum 500")
        #expect(try post(20_000, gateway).text == "20000 bytes, sum 20000")
        // A response that could not be kept holds its application, and is whole.
        let client = try gateway.connect()
        client.send("GET /?c=30000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("the response waits for its client") {
            gateway.hasLogged(
                "responses that wait for slow clients do not fit", "their applications wait too")
        }
        #expect(try client.receive().bodyCount == 30_000_000)
        #expect(try gateway.get("/").status == 200)
        #expect(!gateway.hasLogged("starting another"))
    }

    @Test("A full disk costs the requests that need it, and one line of the log", .timeLimit(.minutes(5)))
    func disk() throws {
        try withPrepared(
            behind: """
                exec unshare -m sh -c 'mount -t tmpfs -o size=256k tmpfs FOLDER && exec "$0" "$@"' GATEWAY "$@"
                """
        ) { gateway in try expectSurvived(gateway) }
    }

    /// Sends most of a body: a file is there as long as the rest does not come.
    private func postMost(_ gateway: GatewayProcess) throws -> HTTPClient {
        let client = try gateway.connect()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900001\r\n\r\n")
        client.send([UInt8](repeating: 1, count: 900_000))
        try client.sendAll()
        return client
    }

    @Test(
        "All temporary files together have a bound, which holds as a full disk does, and which a killed worker does not keep",
        .timeLimit(.minutes(5)))
    func bound() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--processes", "2", "--buffer-memory", "1K",
            "--temporary-limit", "1M"
        ) { gateway in
            #expect(try post(2_000_000, gateway).status == 507)
            #expect(gateway.hasLogged("a request body was lost in", "--temporary-limit", "quota"))
            #expect(try post(900_000, gateway).text == "900000 bytes, sum 900000")
            for _ in 0..<3 {
                let worker = try #require(try gateway.workers.first)
                var client = try postMost(gateway)
                try eventually("the other one has no room") {
                    // The other one may have been faster.
                    if try client.poll() != nil { client = try postMost(gateway) }
                    return try post(400_000, gateway).status == 507
                }
                ChildProcess.signal(worker, .kill)
                try client.receiveEnd()
                try eventually("another worker serves") {
                    (try? post(900_000, gateway))?.text == "900000 bytes, sum 900000"
                }
            }
            let slow = try gateway.connect()
            slow.send("GET /?n=20000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("a response waits for its client") {
                gateway.hasLogged("their applications wait too")
            }
            #expect(try slow.receive().bodyCount == 20_000_000)
        }
    }

    @Test("A limit of the size of files kills nobody", .timeLimit(.minutes(5)))
    func fileSize() throws {
        try withPrepared(behind: "ulimit -f 256\nexec GATEWAY \"$@\"") { gateway in
            try expectSurvived(gateway)
        }
    }
}
