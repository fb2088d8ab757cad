import Syscalls
import Testing

@Suite("Request bodies that handlers read as they come", .serialized)
struct HandlerBodyTests {
    private let chunked = "HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("A body goes back while it comes", .timeLimit(.minutes(5)))
    func echo() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /echo \(chunked)5\r\nfirst\r\n")
            try eventually("its first part is back") {
                _ = try client.poll()
                return client.partialBody == "first"
            }
            client.send("7\r\n second\r\n0\r\n\r\n")
            #expect(try client.receive().text == "first second")
            // The answer has begun before it was known where the next request would be.
            try client.receiveEnd()
            let other = try gateway.connect()
            other.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain")
            #expect(try other.receive().text == "again")
        }
    }

    @Test("A large body flows through, and its trailers come at its end", .timeLimit(.minutes(5)))
    func large() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /count \(chunked)")
            for _ in 0..<64 {
                client.send("10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n")
                try client.sendAll()
            }
            client.send("0\r\nDigest: abc\r\n\r\n")
            #expect(try client.receive().text == "unknown: 4194304 Digest=abc")
            client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.receive().text == "3: 3 ")
        }
    }

    @Test(
        "Without the application's wish, bodies come whole, and blocking reads work", .timeLimit(.minutes(5)))
    func whole() throws {
        try withApplication("streaming") { gateway in
            let client = try gateway.connect()
            client.send("POST /blocking \(chunked)3\r\nabc\r\n0\r\n\r\n")
            #expect(try client.receive().text == "3")
            client.send("POST /count \(chunked)3\r\nabc\r\n0\r\n\r\n")
            #expect(try client.receive().text == "3: 3 ")
        }
    }

    @Test("Waiting for a body on the loop's thread is refused, not done", .timeLimit(.minutes(5)))
    func blocking() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /blocking HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
            #expect(try client.receive().status == 500)
            #expect(gateway.hasLogged("POST /blocking", "an asynchronous handler has to await it"))
        }
    }

    @Test("More than the handler accepts is 413", .timeLimit(.minutes(5)), arguments: [true, false])
    func limit(_ hasLength: Bool) throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            let body = String(repeating: "x", count: 2000)
            client.send(
                hasLength
                    ? "POST /all HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n\(body)"
                    : "POST /all \(chunked)7d0\r\n\(body)\r\n0\r\n\r\n")
            #expect(try client.receive().status == 413)
        }
    }

    @Test("What a handler leaves unread does not become the next request", .timeLimit(.minutes(5)))
    func unread() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n")
            #expect(try client.receive().text == "unread")
            client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.receiveEnd()
        }
    }

    @Test("A client that leaves in the middle of its body ends the handler", .timeLimit(.minutes(5)))
    func leaves() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc")
            try eventually("it is called") { gateway.calls.contains("call /count") }
            client.close()
            #expect(try gateway.get("/parts").status == 200)
            try eventually("it is over") {
                gateway.hookLines.contains { $0.hasPrefix("postRequest") && $0.contains("POST /count") }
            }
        }
    }

    @Test("A client that asks first is told to go on when the handler reads", .timeLimit(.minutes(5)))
    func expectation() throws {
        try withApplication("streaming-body") { gateway in
            let client = try gateway.connect()
            client.send(
                "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.receive().status == 100)
            client.send("abc")
            #expect(try client.receive().text == "3: 3 ")
            client.send(
                "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.receive().text == "unread")
        }
    }
}
