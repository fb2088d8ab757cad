import Syscalls
import Testing

@Suite("Asynchronous handlers", .serialized)
struct AsyncClassTests {
    @Test("Many of them wait at once in one worker", .timeLimit(.minutes(5)), arguments: ["async", "thread"])
    func many(_ workerClass: String) throws {
        try withApplication("asynchronous", "--worker-class", workerClass) { gateway in
            let clients = try (0..<20).map { _ in try gateway.connect() }
            for client in clients {
                client.send("GET /until?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            try eventually("all of them wait") { gateway.calls.count == 20 }
            #expect(try gateway.get("/").status == 200)
            try gateway.open("gate")
            for client in clients { #expect(try client.receive().status == 200) }
        }
    }

    @Test("Past its deadline a request is 504, and its connection goes on", .timeLimit(.minutes(5)))
    func deadline() throws {
        try withApplication("asynchronous", "--timeout", "2") { gateway in
            let client = try gateway.connectAndHold("gate")
            #expect(try client.receive().status == 504)
            #expect(gateway.hasLogged("GET /until?", "from 127.0.0.1", "no answer for 2 s: 504"))
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            try gateway.open("gate")
            try eventually("it has returned") { gateway.hasLogged("the handler has returned after") }
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
        }
    }

    @Test("A task that is always ready does not keep the loop from others", .timeLimit(.minutes(5)))
    func yields() throws {
        try withApplication("asynchronous") { gateway in
            let client = try gateway.connect()
            client.send("GET /yield?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it runs") { gateway.calls.count == 1 }
            for _ in 0..<5 { #expect(try gateway.get("/").status == 200) }
            try gateway.open("gate")
            #expect(try client.receive().status == 200)
        }
    }

    @Test("A closure behind Gateway.main is an application", .timeLimit(.minutes(5)))
    func trailing() throws {
        try withApplication("trailing") { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 200)
        }
    }
}
