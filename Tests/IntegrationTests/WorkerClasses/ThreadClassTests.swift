import Syscalls
import Testing

@Suite("The worker class thread", .serialized)
struct ThreadClassTests {
    @Test(
        "A handler that waits holds up neither the other requests nor the heartbeat", .timeLimit(.minutes(5)))
    func waits() throws {
        try withApplication("inline", "--threads", "2", "--timeout", "60") { gateway in
            let worker = try gateway.workers
            let first = try gateway.connectAndHold("gate")
            for _ in 0..<20 { #expect(try gateway.get("/").status == 200) }
            try gateway.open("gate")
            #expect(try first.receive().status == 200)
            #expect(try gateway.workers == worker)
            // The kept connection goes on in the loop.
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try first.receive().text == "\(worker[0])")
        }
    }

    @Test(
        "As many handlers run at once as there are threads, and the rest wait in order",
        .timeLimit(.minutes(5)))
    func limit() throws {
        try withApplication("inline", "--worker-class", "thread", "--threads", "2") { gateway in
            let busy = try ["one", "two"].map { try gateway.connectAndHold($0) }
            let queued = try ["three", "four"].map { gate in
                let client = try gateway.connect()
                client.send("GET /until?\(gateway.folder / gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                // Its turn in the queue is taken when the worker has answered a request that came after it.
                #expect(try gateway.get("/%").status == 400)
                return client
            }
            #expect(gateway.calls.count == 2)
            try gateway.open("one")
            #expect(try busy[0].receive().status == 200)
            try eventually("the third runs") { gateway.isCalled("three") }
            #expect(!gateway.isCalled("four"))
            for gate in ["two", "three", "four"] { try gateway.open(gate) }
            for client in [busy[1]] + queued { #expect(try client.receive().status == 200) }
        }
    }

    @Test("The queue is bounded, has a deadline, and forgets clients that left", .timeLimit(.minutes(5)))
    func queue() throws {
        try withApplication(
            "inline", "--worker-class", "thread", "--queue-size", "1", "--queue-timeout", "2"
        ) { gateway in
            let busy = try gateway.connectAndHold("one")
            let leaving = try gateway.connect()
            leaving.send("GET /left HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try gateway.get("/%").status == 400)
            #expect(try gateway.get("/").status == 503)
            leaving.reset()
            // There is room in the queue again, and who waits there gets his answer in time.
            let late = try eventually("there is room in the queue") {
                let response = try gateway.get("/late")
                return gateway.hasLogged("no free thread within 2 s", "GET /late") ? response : nil
            }
            #expect(late.status == 503)
            #expect(!gateway.hasLogged("no free thread", "GET /left"))
            #expect(late["Retry-After"].flatMap { Int($0) } != nil)
            try gateway.open("one")
            #expect(try busy.receive().status == 200)
            #expect(try gateway.get("/").status == 200)
            #expect(!gateway.calls.contains { $0.hasSuffix("/left") || $0.hasSuffix("/late") })
        }
    }

    @Test(
        "Past its deadline a request is 504, the log names it, and the late answer goes nowhere",
        .timeLimit(.minutes(5)))
    func deadline() throws {
        try withApplication("inline", "--threads", "2", "--timeout", "2") { gateway in
            let client = try gateway.connectAndHold("gate")
            #expect(try client.receive().status == 504)
            #expect(gateway.hasLogged("GET /until?", "from 127.0.0.1", "no answer for 2 s: 504"))
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            try gateway.open("gate")
            try eventually("it has returned") { gateway.hasLogged("the handler has returned after") }
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.receive().status == 200)
            try client.receiveEnd()
            #expect(!gateway.hasLogged("asking to be replaced"))
        }
    }

    @Test("A worker whose threads are all held says so and asks to be replaced", .timeLimit(.minutes(5)))
    func exhausted() throws {
        try withApplication("inline", "--worker-class", "thread", "--timeout", "2") { gateway in
            #expect(try gateway.connectAndHold("gate").receive().status == 504)
            try eventually("it asks for a successor") {
                gateway.hasLogged("handlers that do not return hold all 1 threads: asking to be replaced")
            }
            try gateway.open("gate")
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("TERM lets what runs and what waits finish", .timeLimit(.minutes(5)))
    func drain() throws {
        try withApplication("inline", "--worker-class", "thread") { gateway in
            let first = try gateway.connectAndHold("one")
            let second = try gateway.connect()
            second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try gateway.get("/%").status == 400)
            gateway.signal(.term)
            try eventually("it stops") { gateway.hasLogged("stopping") }
            try gateway.open("one")
            #expect(try first.receive().status == 200)
            #expect(try second.receive().status == 200)
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }
}
