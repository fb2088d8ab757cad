import Syscalls
import Testing

@Suite("Request bodies that the application gets as they come", .serialized)
struct StreamedBodyTests {
    private static var application: String {
        get throws { try "exec:\(CProgram.responder.path)" }
    }

    @Test("The application answers the first part before the second is sent", .timeLimit(.minutes(5)))
    func echo() throws {
        try withGateway(try Self.application, "--stream-request-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /?echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
            try eventually("the first part comes back") {
                _ = try client.poll()
                return client.partialBody == "abc"
            }
            client.send("def")
            let answer = try client.receive()
            #expect(answer.text == "abcdef")
            // When it began, nobody could tell where a next request would.
            #expect(answer["Connection"] == "close")
            try client.receiveEnd()
        }
    }

    @Test("100 Continue is sent when the application takes the body, and not before", .timeLimit(.minutes(5)))
    func expectation() throws {
        let folder = try TemporaryFolder()
        let gate = folder / "gate"
        try withGateway(
            try Self.application, "--stream-request-body", "--processes", "1", "--workers", "1",
            folder: folder
        ) { gateway in
            let first = try gateway.connect()
            first.send("GET /first?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the only process works") { gateway.calls.contains { $0.contains("/first") } }
            let second = try gateway.connect()
            second.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            // One worker takes them in order: this one is refused after the other has begun to wait.
            let third = try gateway.connect()
            third.send("GET /third HTTP/1.1\r\n\r\n")
            #expect(try third.receive().status == 400)
            #expect(try second.poll() == nil)
            try TextFile.write("", to: gate)
            #expect(try second.receive().status == 100)
            second.send("abc")
            let answer = try second.receive()
            #expect(answer.text == "3 bytes, sum 294")
            #expect(answer["Connection"] == nil)
        }
    }

    @Test("An upload is never written to a disk, and another request may follow", .timeLimit(.minutes(5)))
    func upload() throws {
        let block = [UInt8](repeating: 1, count: 65_536)
        let folder = try TemporaryFolder()
        let gone = folder / "gone"
        _ = try run("mkdir", gone)
        try withGateway(
            try Self.application, "--stream-request-body", "--buffer-memory", "256K", "--temporary-folder",
            gone, folder: folder
        ) { gateway in
            _ = try run("rmdir", gone)
            let client = try gateway.connect()
            for _ in 0..<2 {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(300 * block.count)\r\n\r\n")
                for _ in 0..<300 {
                    client.send(block)
                    try client.sendAll()
                }
                #expect(try client.receive().text == "\(300 * block.count) bytes, sum \(300 * block.count)")
            }
        }
    }

    @Test("A body that breaks off frees its process, and is seen as broken off", .timeLimit(.minutes(5)))
    func brokenOff() throws {
        try withGateway(try Self.application, "--stream-request-body", "--processes", "1") { gateway in
            for leave in [{ $0.close() }, { $0.reset() }, { $0.shutdownSending() }] as [(HTTPClient) -> Void]
            {
                let client = try gateway.connect()
                client.send("POST /left?echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
                try eventually("the application reads") {
                    _ = try client.poll()
                    return client.partialBody == "abc"
                }
                leave(client)
                #expect(try gateway.get("/").text == "Hello, world\n")
            }
        }
    }

    @Test("An application may answer without reading the body", .timeLimit(.minutes(5)))
    func early() throws {
        try withGateway(try Self.application, "--stream-request-body", "--processes", "1") { gateway in
            for body in ["", "abc", String(repeating: "a", count: 3_000_000)] {
                let client = try gateway.connect()
                client.send("POST /?early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n\(body)")
                let answer = try client.receive()
                #expect(answer.text == "early")
                #expect(answer["Connection"] == "close")
                client.shutdownSending()
                try client.receiveEnd()
                #expect(try gateway.get("/").text == "Hello, world\n")
            }
        }
    }

    @Test("A client that does not go on is told so, and logged with 408", .timeLimit(.minutes(5)))
    func timeout() throws {
        let folder = try TemporaryFolder()
        let log = folder / "access.log"
        try withGateway(
            try Self.application, "--stream-request-body", "--processes", "1", "--body-timeout", "1",
            "--access-log", log, folder: folder
        ) { gateway in
            let client = try gateway.connect()
            client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let answer = try client.receive()
            #expect(answer.status == 408 && answer["Connection"] == "close")
            client.shutdownSending()
            try client.receiveEnd()
            #expect(try gateway.get("/").text == "Hello, world\n")
            try eventually("the log tells") {
                TextFile.read(log).contains(#""POST /slow HTTP/1.1" 408 "#)
            }
        }
    }

    @Test("A body of unknown length is kept until its length is known", .timeLimit(.minutes(5)))
    func chunked() throws {
        try withGateway(try Self.application, "--stream-request-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /environ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            #expect(try gateway.get("/").text == "Hello, world\n")
            #expect(gateway.calls == ["GET /"])
            client.send("0\r\n\r\n")
            #expect(try client.receive().text.contains("CONTENT_LENGTH=3\n"))
        }
    }

    @Test(
        "A redirect to another path drops the body, whatever of it is still to come, also where it has to wait",
        .timeLimit(.minutes(5)), arguments: [1, 3])
    func redirected(_ times: Int) throws {
        try withGateway(
            try Self.application, "--stream-request-body", "--processes", "1", "--workers", "1"
        ) { gateway in
            let client = try gateway.connect()
            client.send(
                "POST /?redirect=\(times) HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\nabc")
            // Others want the only process, so that it is not free for the redirected request at once.
            let others = try (0..<5).map { _ in try gateway.connect() }
            for round in 0..<10 {
                for other in others { other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n") }
                client.send([UInt8](repeating: 1, count: 10_000 + round))
                for other in others { #expect(try other.receive().text == "Hello, world\n") }
            }
            #expect(try client.receive().text == "Hello, world\n")
            client.shutdownSending()
            try client.receiveEnd()
            // Each goes by the target that the client has sent.
            #expect(gateway.calls.count { $0 == "GET /?redirect=\(times)" } == times)
        }
    }

    @Test("Who waits to be asked for the body has its time from then on", .timeLimit(.minutes(5)))
    func patience() throws {
        try withGateway(
            try Self.application, "--stream-request-body", "--processes", "1", "--body-timeout", "1"
        ) { gateway in
            let first = try gateway.connect()
            first.send("GET /?d=2500 HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the only process works") { !gateway.calls.isEmpty }
            let second = try gateway.connect()
            second.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try second.receive().status == 100)
            second.send("abc")
            #expect(try second.receive().text == "3 bytes, sum 294")
        }
    }

    @Test("A body that nobody wants any more is no reason to end its request", .timeLimit(.minutes(5)))
    func unwanted() throws {
        try withGateway(
            try Self.application, "--stream-request-body", "--processes", "2", "--body-timeout", "1"
        ) { gateway in
            let client = try gateway.connect()
            client.send(
                "POST /?redirect=1&then=2500 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
            #expect(try client.receive().text == "Hello, world\n")
        }
    }
}
