import GatewayTesting
import Synchronization
import Testing

@Suite("A streamed answer in a test client")
struct TestStreamTests {
    private struct Failed: Error {}

    /// Writes lines until it is stopped, and counts them.
    private final class Lines: Sendable {
        let written = Atomic(0)
        let failure = Mutex<(any Error)?>(nil)
        let wasCancelled = Atomic(false)

        var application: Application {
            .inline { _ in
                Response { writer in
                    do {
                        while true {
                            try await writer.write("line\n")
                            self.written.add(1, ordering: .relaxed)
                        }
                    } catch {
                        self.failure.withLock { $0 = error }
                        self.wasCancelled.store(Task.isCancelled, ordering: .relaxed)
                        throw error
                    }
                }
            }
        }
    }

    @Test("Parts come as they are written, or all at once")
    func parts() async throws {
        let client = TestClient(
            .asynchronous { _ in
                Response(status: .created, fields: [("X", "1")]) { writer in
                    for text in ["a", "", "bc"] { try await writer.write(text) }
                }
            })
        #expect(try await client.get("/").text == "abc")
        let stream = try await client.stream("/")
        #expect(stream.status == .created && stream.fields["x"] == "1")
        #expect(try await stream.next() == Array("a".utf8))
        #expect(try await stream.next() == Array("bc".utf8))
        #expect(try await stream.next() == nil)
        #expect(try await client.head("/").body == [])
    }

    @Test("Whoever writes waits for a client that does not read")
    func backPressure() async throws {
        let lines = Lines()
        let stream = try await TestClient(lines.application).stream("/", buffer: 0)
        #expect(try await stream.untilProducerWaits())
        #expect(lines.written.load(ordering: .relaxed) == 0)
        for count in 1...3 {
            #expect(try await stream.next() == Array("line\n".utf8))
            #expect(try await stream.untilProducerWaits())
            while lines.written.load(ordering: .relaxed) < count { await Task.yield() }
            #expect(stream.isProducerWaiting)
            #expect(lines.written.load(ordering: .relaxed) == count)
        }
    }

    @Test("A client that leaves cancels the task, and writing throws")
    func leaving() async throws {
        let lines = Lines()
        let client = TestClient(lines.application)
        let stream = try await client.stream("/", buffer: 0)
        try await stream.untilProducerWaits()
        stream.leave()
        try await stream.untilProducerEnds()
        #expect(lines.failure.withLock { $0 } is ClientLeft)
        let wasCancelled = lines.wasCancelled.load(ordering: .relaxed)
        #expect(wasCancelled)
        #expect(client.log.isEmpty)
        await #expect(throws: ClientLeft.self) { try await stream.next() }
    }

    @Test("A test that lets a stream go leaves, and so does one whose own task is cancelled")
    func letGo() async throws {
        let (ends, ended) = AsyncStream<Bool>.makeStream()
        let (starts, started) = AsyncStream<Void>.makeStream()
        let client = TestClient(
            .asynchronous { request in
                started.yield()
                defer { ended.yield(Task.isCancelled) }
                try await Task.sleep(for: .seconds(3600))
                return Response("")
            })
        let task = Task { try await client.get("/") }
        for await _ in starts { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for await wasCancelled in ends {
            #expect(wasCancelled)
            break
        }
        let lines = Lines()
        let other = TestClient(lines.application)
        _ = try await other.stream("/")
        while lines.failure.withLock({ $0 == nil }) { await Task.yield() }
    }

    @Test("A stream that fails before it has begun is 500, and one that fails later is broken")
    func failures() async throws {
        let client = TestClient(
            .inline { request in
                Response(length: request.path == "/short" ? 3 : nil) { writer in
                    if request.path == "/early" { throw Failed() }
                    try await writer.write("ab")
                    if request.path == "/late" { throw Failed() }
                }
            })
        #expect(try await client.get("/early").status == .internalServerError)
        for path in ["/late", "/short"] {
            let stream = try await client.stream(path)
            #expect(stream.status == .ok)
            #expect(try await stream.next() == Array("ab".utf8))
            await #expect(throws: TestClientError.self) { try await stream.next() }
        }
        #expect(client.log.count == 3)
    }

    @Test("No more is sent than the length that was announced")
    func excess() async throws {
        let client = TestClient(.inline { _ in Response(length: 3) { try await $0.write("abcdef") } })
        let response = try await client.get("/")
        #expect(response.text == "abc" && response[.contentLength] == "3")
    }

    @Test("The head of a stream that is silent comes all the same")
    func silent() async throws {
        let client = TestClient(
            .asynchronous { _ in Response { _ in try await Task.sleep(for: .seconds(3600)) } })
        let stream = try await client.stream("/")
        #expect(stream.status == .ok)
        stream.leave()
        try await stream.untilProducerEnds()
    }

    @Test("Events are read as a browser reads them")
    func events() async throws {
        let client = TestClient(
            .inline { request in
                .events { writer in
                    try await writer.retry(milliseconds: 500)
                    try await writer.comment("hello")
                    try await writer.send("last \(request.environ["HTTP_LAST_EVENT_ID"] ?? "-")")
                    try await writer.send("a\nb", event: "news", id: "7")
                    try await writer.send("")
                }
            })
        let events = try await client.events("/", lastEventID: "5")
        #expect(events.stream.fields[.contentType] == "text/event-stream")
        #expect(try await events.next() == TestEvent("last 5"))
        #expect(try await events.next() == TestEvent("a\nb", event: "news", id: "7"))
        #expect(try await events.next() == TestEvent("", id: "7"))
        #expect(try await events.next() == nil)
        #expect(events.comments == ["hello"] && events.retry == 500)
    }

    @Test("Events are found however their octets are cut and their lines end")
    func cut() async throws {
        let text = "data:x\r\n\r\nid\rdata: y\rdata\r\rdata: never"
        let client = TestClient(
            .inline { _ in Response { for octet in text.utf8 { try await $0.write([octet]) } } })
        let events = try await client.events("/")
        var all: [TestEvent] = []
        for try await event in events { all.append(event) }
        #expect(all == [TestEvent("x"), TestEvent("y\n")])
    }
}
