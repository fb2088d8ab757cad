import Testing

@Suite("The queue for application processes", .serialized)
struct QueueTests {
    @Test("A full queue is 503 at once, with a time to come back", .timeLimit(.minutes(5)))
    func full() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--queue-size", "2") { gateway in
            let gate = gateway.folder / "gate"
            let first = try gateway.connect()
            first.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the process is busy") { gateway.calls.count == 1 }

            // Two of these wait, and nobody can tell which two before the others are answered.
            var others = try (0..<5).map { _ in try gateway.connect() }
            for client in others { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            var refused: [HTTPResponse] = []
            try eventually("three requests are refused") {
                others = try others.filter { client in
                    guard let response = try client.poll() else { return true }
                    refused.append(response)
                    return false
                }
                return refused.count == 3
            }
            for response in refused {
                #expect(response.status == 503)
                #expect(response["Retry-After"].flatMap { Int($0) } != nil)
            }
            try TextFile.write("", to: gate)
            for client in [first] + others { #expect(try client.receive().status == 200) }
        }
    }

    @Test("Who has waited too long for a process gets 503", .timeLimit(.minutes(5)))
    func deadline() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--queue-timeout", "1") { gateway in
            let gate = gateway.folder / "gate"
            let first = try gateway.connect()
            first.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the process is busy") { gateway.calls.count == 1 }

            let second = try gateway.get("/waited")
            #expect(second.status == 503)
            #expect(second["Retry-After"].flatMap { Int($0) } != nil)
            try TextFile.write("", to: gate)
            #expect(try first.receive().status == 200)
            #expect(try gateway.get("/").status == 200)
            #expect(!gateway.calls.contains("GET /waited"))
            #expect(gateway.hasLogged("no free process within 1 s for GET /waited"))
        }
    }

    @Test("Without a queue a request is served only where a process is free", .timeLimit(.minutes(5)))
    func none() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--queue-size", "0") { gateway in
            let gate = gateway.folder / "gate"
            #expect(try gateway.get("/").status == 200)
            let first = try gateway.connect()
            first.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the process is busy") { gateway.calls.count == 2 }
            #expect(try gateway.get("/").status == 503)
            try TextFile.write("", to: gate)
            #expect(try first.receive().status == 200)
        }
    }
}
