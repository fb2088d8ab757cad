import Syscalls
import Testing

@Suite("An answer is over when its client has it", .serialized)
struct DeliveryTests {
    private static let size = 30_000_000

    /// A gateway with a large file at `/f/large` and an application beside it.
    private func withSite(
        _ settings: String = "", _ body: (GatewayProcess, String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        _ = try run("mkdir", folder / "files")
        _ = try run("truncate", "-s", "\(Self.size)", folder / "files/large")
        let file = """
            workers: 1
            access-log: \(path)
            access-log-format: json
            \(settings)
            applications:
              app: {run: 'exec:\(try CProgram.responder.path)'}
            routes:
              - {path: /f/*, static: files, rewrite: /}
              - {path: /*, application: app}
            """
        try GatewayProcess(file: file, folder: folder).use { try body($0, path) }
    }

    @Test(
        "A client that leaves in the middle of a file, or of what waits for it, has not got it",
        .timeLimit(.minutes(5)), arguments: ["/f/large", "/?n=30000000"])
    func left(_ target: String) throws {
        try withSite { gateway, path in
            let client = try gateway.connect()
            client.inspectBody = { _, _ in }
            client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the answer begins") { try client.poll(toHead: true) != nil }
            client.reset()
            try eventually("it is logged") { try gateway.lines(path, of: target).count == 1 }
            let line = try #require(try gateway.lines(path, of: target).first)
            #expect(line["ended"] == "'client'" && line["status"] == "200")
            #expect(try #require(line.number("body_sent")) < Self.size)
        }
    }

    @Test("A client that does not read is named as such", .timeLimit(.minutes(5)))
    func unread() throws {
        try withSite("send-timeout: 1") { gateway, path in
            let client = try gateway.connect()
            client.send("GET /f/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is logged", within: 60) { try gateway.lines(path, of: "/f/large").count == 1 }
            let line = try #require(try gateway.lines(path, of: "/f/large").first)
            #expect(line["ended"] == "'timeout'")
            #expect(try #require(line.number("body_sent")) < Self.size)
        }
    }

    @Test("Who has read everything has a line that says so, with every octet", .timeLimit(.minutes(5)))
    func whole() throws {
        try withSite { gateway, path in
            let client = try gateway.connect()
            client.inspectBody = { _, _ in }
            client.send(
                "GET /f/large HTTP/1.1\r\nHost: a\r\n\r\nGET /?n=30000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            for target in ["/f/large", "/?n=30000000"] {
                #expect(try client.receive().bodyCount == Self.size)
                try eventually("it is logged") { try gateway.lines(path, of: target).count == 1 }
                let line = try #require(try gateway.lines(path, of: target).first)
                #expect(line["ended"] == "'complete'" && line.number("body_sent") == Self.size)
            }
        }
    }

    @Test("A body that nobody reads is not waited for, and not kept", .timeLimit(.minutes(5)))
    func unwanted() throws {
        try withSite { gateway, path in
            for (target, status) in [("/f/missing", 404), ("/f/large", 405)] {
                let client = try gateway.connect()
                client.send("POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\nabc")
                let answer = try client.receive()
                #expect(answer.status == status && answer["Connection"] == "close", "\(target)")
            }
            // One that is small is read, so that the next request can follow.
            let client = try gateway.connect()
            for _ in 0..<2 {
                client.send("POST /f/missing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try client.receive().status == 404)
            }
            try eventually("they are logged") { try gateway.lines(path, of: "/f/missing").count == 3 }
            #expect(try gateway.lines(path, of: "/f/missing").last?["body_received"] == "3")
        }
    }

    @Test("A request that an application sends elsewhere is logged as it was asked", .timeLimit(.minutes(5)))
    func redirected() throws {
        try withSite { gateway, path in
            let client = try gateway.connect()
            client.send("POST /?redirect=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.receive().status == 200)
            try eventually("it is logged") { try gateway.lines(path, of: "/?redirect=1").count == 1 }
            let line = try #require(try gateway.lines(path, of: "/?redirect=1").first)
            #expect(line["method"] == "'POST'" && line["body_received"] == "3")
        }
    }

    @Test(
        "What ends only with the connection does not look complete when the gateway is stopped",
        .timeLimit(.minutes(5)))
    func unframed() throws {
        try withSite { gateway, _ in
            let output = try run(
                "python3", "-c",
                """
                import os, signal, socket, sys
                s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                s.sendall(b"GET /?c=30000000 HTTP/1.0\\r\\n\\r\\n")
                s.recv(1000)
                os.kill(int(sys.argv[2]), signal.SIGINT)
                try:
                    while s.recv(65536): pass
                    print("end")
                except ConnectionResetError:
                    print("reset")
                """, "\(try gateway.port)", "\(gateway.pid)")
            #expect(output == "reset\n")
            #expect(try gateway.process.waitForEnd(within: 15) == .exited(0))
        }
    }
}
