import Syscalls
import Testing

@Suite("Answers that are made while they are sent", .serialized)
struct StreamTests {
    @Test("Parts become one body, from whatever thread they are written", .timeLimit(.minutes(5)))
    func parts() throws {
        try withApplication("streaming") { gateway in
            let response = try gateway.get("/parts")
            #expect(response.text == "one two three")
            #expect(response["Content-Type"] == "text/plain" && response["Transfer-Encoding"] == "chunked")
            #expect(try gateway.get("/sequence").text == "0\n1\n2\n3\n4\n")
            let numbers = (0..<100).map { "\($0) " }.joined()
            #expect(try gateway.get("/elsewhere").text == numbers)
            let empty = try gateway.get("/empty")
            #expect(empty.text == "" && empty["Content-Length"] == "0")
        }
    }

    @Test("The head of an answer does not wait for its body", .timeLimit(.minutes(5)))
    func early() throws {
        try withApplication("streaming") { gateway in
            let client = try gateway.connect()
            client.send("GET /late?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.awaitHead()
            try gateway.open("gate")
            #expect(try client.receive().text == "late")
        }
    }

    @Test("A body of another length than was announced does not pass for whole", .timeLimit(.minutes(5)))
    func length() throws {
        try withApplication("streaming") { gateway in
            let whole = try gateway.get("/length?0123456789")
            #expect(whole.text == "0123456789" && whole["Content-Length"] == "10")
            #expect(try gateway.get("/length?0123456789tail").text == "0123456789")
            #expect(throws: AnswerError.self) { try gateway.get("/length?short") }
            #expect(gateway.hasLogged("GET /length?short", "5 octets before its Content-Length"))
        }
    }

    @Test("A stream that fails is 500 before its first part, and cut off after it", .timeLimit(.minutes(5)))
    func failure() throws {
        try withApplication("streaming") { gateway in
            #expect(try gateway.get("/fails").status == 500)
            #expect(gateway.hasLogged("GET /fails", "the answer broke off: Refusal"))
            let client = try gateway.connect()
            client.send("GET /breaks?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it has begun") {
                _ = try client.poll()
                return client.partialBody == "begun"
            }
            try gateway.open("gate")
            #expect(throws: AnswerError.self) { try client.receive() }
        }
    }

    @Test("A slow reader holds up whoever writes, at the limit of one buffer", .timeLimit(.minutes(5)))
    func slowReader() throws {
        try withApplication("streaming") { gateway in
            let client = try gateway.connect()
            client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
            // As much as the sockets hold, and one buffer; then it stands still while others are served.
            var last = ""
            try eventually("it stands still") {
                let now = gateway.calls.last { $0.hasPrefix("flood ") } ?? ""
                defer { last = now }
                for _ in 0..<20 { _ = try gateway.get("/parts") }
                return !now.isEmpty && now == last
            }
            let parts = try #require(Int(last.dropFirst(6)))
            #expect(parts < 400)
            client.reset()
            try eventually("it has heard") { gateway.calls.contains("flood ended by the client has left") }
        }
    }

    @Test(
        "A worker that leaves ends server-sent events, and waits for other streams", .timeLimit(.minutes(5)))
    func leaving() throws {
        try withApplication("streaming") { gateway in
            let events = try gateway.connect()
            events.send("GET /events?\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            let late = try gateway.connect()
            late.send("GET /late?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try late.awaitHead()
            let greeting = "event: greeting\nid: 1\ndata: hello\n\n"
            try eventually("an event is here") {
                _ = try events.poll()
                return events.partialBody == greeting
            }
            gateway.signal(.term)
            let response = try events.receive()
            #expect(response.text == greeting && response["Content-Type"] == "text/event-stream")
            try gateway.open("gate")
            #expect(try late.receive().text == "late")
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("A file goes out with what is known about it, and in parts", .timeLimit(.minutes(5)))
    func file() throws {
        try withApplication("streaming") { gateway in
            let path = gateway.folder / "page.html"
            try TextFile.write("0123456789", to: path)
            // A file of the last two seconds has another tag.
            try run("touch", "-d", "2020-02-02T02:02:02Z", path)
            let whole = try gateway.get("/file?\(path)")
            #expect(whole.text == "0123456789" && whole["Content-Type"]?.hasPrefix("text/html") == true)
            #expect(whole["Cache-Control"] == "no-store" && whole["Accept-Ranges"] == "bytes")
            let tag = try #require(whole["ETag"])
            let client = try gateway.connect()
            client.send("GET /file?\(path) HTTP/1.1\r\nHost: a\r\nRange: bytes=2-4\r\n\r\n")
            let part = try client.receive()
            #expect(part.status == 206 && part.text == "234")
            client.send("GET /file?\(path) HTTP/1.1\r\nHost: a\r\nIf-None-Match: \(tag)\r\n\r\n")
            #expect(try client.receive().status == 304)
            #expect(try gateway.get("/file?\(gateway.folder / "nothing")").status == 404)
            #expect(try gateway.get("/file?\(gateway.folder)").status == 404)
            #expect(gateway.hasLogged("nothing' of the answer is not there"))
        }
    }
}
