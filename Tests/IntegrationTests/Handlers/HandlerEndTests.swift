import Syscalls
import Testing

@Suite("What becomes of handlers", .serialized)
struct HandlerEndTests {
    @Test(
        "A handler hears that its client has left", .timeLimit(.minutes(5)),
        arguments: ["reset", "close", "end"])
    func cancellation(_ way: String) throws {
        try withApplication("streaming") { gateway in
            let client = try gateway.connect()
            client.send("GET /wait?\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it runs") { gateway.calls.contains { $0.hasPrefix("call /wait") } }
            switch way {
            case "reset": client.reset()
            case "close": client.close()
            default: client.shutdownSending()
            }
            try eventually("it was cancelled") { gateway.calls.contains("wait ended by CancellationError()") }
            if way == "end" { try client.receiveEnd() }
            try eventually("it has a line") { gateway.hookLines.contains { $0.hasSuffix("GET /wait 499") } }
        }
    }

    @Test("Who is only done sending gets the answer of a handler that does not wait", .timeLimit(.minutes(5)))
    func halfClosed() throws {
        try withApplication("streaming") { gateway in
            let client = try gateway.connect()
            client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n")
            client.shutdownSending()
            #expect(try client.receive().text == "one two three")
        }
    }

    @Test("Blocking work that is off-loaded does not hold the loop", .timeLimit(.minutes(5)))
    func offload() throws {
        try withApplication("streaming", "--workers", "1", "--offload-threads", "2") { gateway in
            let clients = try (0..<4).map { _ in try gateway.connect() }
            for client in clients {
                client.send("GET /offload?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            try eventually("all are called") { gateway.calls.count == 4 }
            #expect(try gateway.get("/parts").status == 200)
            try gateway.open("gate")
            for client in clients { #expect(try client.receive().text == "off-loaded") }
        }
    }

    @Test(
        "A handler that holds the loop, or traps, after it has waited is named, and not the one that waits longest",
        .timeLimit(.minutes(5)), arguments: ["block", "trap"])
    func culprit(_ path: String) throws {
        try withApplication("streaming", "--workers", "1", "--timeout", "2") { gateway in
            let victim = try #require(try gateway.workers.first)
            let older = try gateway.connect()
            older.send("GET /late?\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try older.awaitHead()
            let client = try gateway.connect()
            client.send("GET /\(path)?\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("another one serves") {
                let now = try gateway.workers
                return now.count == 1 && now.first != victim
            }
            #expect(gateway.hasLogged("(pid \(victim))", "; it was at GET /\(path)?"))
            #expect(try gateway.get("/parts").status == 200)
        }
    }

    @Test(
        "An error is 500 and in the log; one that says what to answer is answered so", .timeLimit(.minutes(5))
    )
    func errors() throws {
        try withApplication("streaming") { gateway in
            let failed = try gateway.get("/throw")
            #expect(failed.status == 500 && !failed.text.contains("Refusal"))
            #expect(gateway.hasLogged("[error]", "GET /throw", "the application failed: Refusal()"))
            let missing = try gateway.get("/not-found")
            #expect(missing.status == 404 && missing.text == "no <such> thing\n" && missing["Allow"] == "GET")
        }
    }

    @Test("While a program is developed, the page says what went wrong", .timeLimit(.minutes(5)))
    func development() throws {
        try withApplication("streaming", "--reload") { gateway in
            let page = try gateway.get("/throw").text
            #expect(page.contains("The application failed: Refusal()"))
        }
    }

    @Test(
        "An inline handler's stream is made behind it, in any class", .timeLimit(.minutes(5)),
        arguments: ["sync", "thread", "async"])
    func inline(_ workerClass: String) throws {
        try withApplication("inline-stream", "--worker-class", workerClass, "--threads", "2") { gateway in
            let answers = try (0..<5).map { _ in try gateway.get("/").text }
            #expect(answers.allSatisfy { $0 == "0 1 2 3 4 " })
            let failed = try gateway.get("/fails")
            #expect(failed.status == 500)
        }
    }
}
