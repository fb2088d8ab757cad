import Syscalls
import Testing

@Suite("Requests that leave room for doubt never reach the application", .serialized)
struct StrictnessTests {
    @Test("Refused whole, in two parts and byte by byte", .timeLimit(.minutes(5)))
    func refused() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway("exec:\(CProgram.responder.path)", "--bind", "unix:\(socket)", folder: folder) {
            gateway in
            for vector in RequestVector.refused {
                for way in Way.allCases {
                    let client = try HTTPClient(unix: socket)
                    try way.send(vector.bytes, over: client)
                    do {
                        let response = try client.receive(within: 20)
                        #expect(response.status == vector.status, "\(vector.name), \(way)")
                        #expect(response["Connection"] == "close", "\(vector.name), \(way)")
                        client.shutdownSending()
                        try client.receiveEnd(within: 20)
                    } catch let error as AnswerError {
                        Issue.record("\(vector.name), \(way): \(error)")
                    }
                    #expect(gateway.calls == [], "\(vector.name), \(way)")
                }
            }
            // It was there all the time.
            let client = try HTTPClient(unix: socket)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            #expect(gateway.calls == ["GET /"])
        }
    }

    /// How the bytes travel. The outcome must not depend on it.
    enum Way: CaseIterable {
        case whole, halves, byteByByte

        func send(_ bytes: [UInt8], over client: HTTPClient) throws {
            switch self {
            case .whole: client.send(bytes)
            case .halves:
                let middle = bytes.count / 2
                client.send(Array(bytes[..<middle]))
                try client.waitUntilRead()
                client.send(Array(bytes[middle...]))
            case .byteByByte: try client.sendByteByByte(bytes)
            }
        }
    }

    @Test("What is unusual but right is served", .timeLimit(.minutes(5)))
    func served() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            for (request, target) in [
                ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "/"),
                ("GET //x HTTP/1.1\r\nHost: a\r\n\r\n", "//x"),
                ("GET http://b/y?z HTTP/1.1\r\nHost: a\r\n\r\n", "http://b/y?z"),
                ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*"),
                ("GET / HTTP/1.1\r\nHost:\t a:80 \t\r\n\r\n", "/"),
                ("GET /\(String(repeating: "a", count: 8000)) HTTP/1.1\r\nHost: a\r\n\r\n", "/"),
                ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{E4}\r\n\r\n", "/"),
                ("GET / HTTP/1.1\r\nHost: [::1]:80\r\nX:\r\n\r\n", "/"),
                ("PATCH / HTTP/1.1\r\nHost: a\r\ncontent-length:1\r\n\r\nx", "/"),
            ] {
                let client = try gateway.connect()
                client.send(request)
                #expect(try client.receive().status == 200, "\(request.prefix(40))")
                #expect(gateway.calls.last?.contains(" \(target)") == true, "\(request.prefix(40))")
            }
        }
    }

    @Test("A body beyond the limit is 413 before the application hears of it", .timeLimit(.minutes(5)))
    func bodyLimit() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--limit-request-body", "1000") { gateway in
            for body in ["Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"] {
                let client = try gateway.connect()
                client.send("POST / HTTP/1.1\r\nHost: a\r\n\(body)")
                client.send([UInt8](repeating: 65, count: 1001))
                #expect(try client.receive().status == 413)
            }
            #expect(gateway.calls == [])
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
            client.send([UInt8](repeating: 1, count: 1000))
            #expect(try client.receive().text == "1000 bytes, sum 1000")
        }
    }

    @Test(
        "Who is slow with a request gets 408, who is slow between requests is let go", .timeLimit(.minutes(5))
    )
    func timeouts() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--header-timeout", "1", "--body-timeout", "1", "--keep-alive",
            "1"
        ) { gateway in
            let slowHead = try gateway.connect()
            slowHead.send("GET / HT")
            let slowBody = try gateway.connect()
            slowBody.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let silent = try gateway.connect()
            let idle = try gateway.connect()
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive().status == 200)
            #expect(try slowHead.receive().status == 408)
            #expect(try slowBody.receive().status == 408)
            try silent.receiveEnd()
            try idle.receiveEnd()
            #expect(gateway.calls == ["GET /"])
        }
    }
}
