import GatewayTesting
import Middleware
import Synchronization
import Syscalls
import Testing

@Suite("A time limit around an application")
struct TimeoutTests {
    @Test("A task that does not answer is cancelled, and the client gets 503")
    func asynchronous() async throws {
        let (ends, ended) = AsyncStream<Bool>.makeStream()
        let application = Application.asynchronous { _ in
            defer { ended.yield(Task.isCancelled) }
            try await Task.sleep(for: .seconds(3600))
            return Response("")
        }
        let client = TestClient(application.with(timeout(seconds: 0.02)))
        let response = try await client.get("/")
        #expect(response.status == .serviceUnavailable && response[.retryAfter] == "1")
        for await wasCancelled in ends {
            #expect(wasCancelled)
            break
        }
        #expect(client.log.contains { $0.level == .warning })
    }

    @Test("A task that does not look whether it was cancelled is not waited for")
    func stubborn() async throws {
        let (go, gate) = AsyncStream<Void>.makeStream()
        let (ends, ended) = AsyncStream<Void>.makeStream()
        let application = Application.asynchronous { _ in
            let waiting = Task.detached { for await _ in go { break } }
            await waiting.value
            ended.yield()
            return Response("")
        }
        let client = TestClient(application.with(timeout(seconds: 0.02, status: .gatewayTimeout)))
        let response = try await client.get("/")
        #expect(response.status == .gatewayTimeout && response[.retryAfter] == nil)
        gate.yield()
        for await _ in ends { break }
    }

    @Test("A handler that blocks is not waited for")
    func inline() async throws {
        let semaphore = Semaphore()
        let application = Application.inline { request in
            if request.path == "/slow" { semaphore.wait() }
            return Response(String(decoding: try request.body.readAll(), as: UTF8.self))
        }
        let client = TestClient(application.with(timeout(seconds: 0.05)))
        #expect(try await client.get("/slow").status == .serviceUnavailable)
        semaphore.signal()
        let patient = TestClient(application.with(timeout(seconds: 3600)))
        #expect(try await patient.post("/", body: "hello").text == "hello")
    }

    @Test("What answers in time is as it was, and so is what it throws")
    func inTime() async throws {
        let application = Application.asynchronous(streamsBody: true) { request in
            if request.path == "/gone" { throw HTTPError(.gone) }
            return Response(body: try await request.body.readAll())
        }.with(timeout(seconds: 3600))
        #expect(application.streamsBody)
        let client = TestClient(application)
        #expect(try await client.post("/", body: "hello").text == "hello")
        #expect(try await client.get("/gone").status == .gone)
    }

    @Test("The body of a stream may take longer")
    func stream() async throws {
        let (go, gate) = AsyncStream<Void>.makeStream()
        let application = Application.asynchronous { request in
            if request.path == "/slow" { try await Task.sleep(for: .seconds(3600)) }
            return Response { writer in
                for await _ in go { break }
                try await writer.write("late")
            }
        }
        let client = TestClient(application.with(timeout(seconds: 0.02)))
        var stream = try await client.stream("/")
        // A machine that is busy may be late with the answer itself.
        while stream.status != .ok { stream = try await client.stream("/") }
        // Another request that began later has run out: so has the time of the first one.
        #expect(try await client.get("/slow").status == .serviceUnavailable)
        gate.yield()
        #expect(try await stream.readAll() == Array("late".utf8))
    }

    @Test("A client that leaves cancels the handler")
    func leaving() async throws {
        let (starts, started) = AsyncStream<Void>.makeStream()
        let (ends, ended) = AsyncStream<Bool>.makeStream()
        let application = Application.asynchronous { _ in
            started.yield()
            defer { ended.yield(Task.isCancelled) }
            try await Task.sleep(for: .seconds(3600))
            return Response("")
        }
        let client = TestClient(application.with(timeout(seconds: 3600)))
        let task = Task { try await client.get("/") }
        for await _ in starts { break }
        task.cancel()
        for await wasCancelled in ends {
            #expect(wasCancelled)
            break
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("Each of many requests has its own deadline")
    func many() async throws {
        let application = Application.asynchronous { request in
            if request.path == "/slow" { try await Task.sleep(for: .seconds(3600)) }
            return Response("quick")
        }
        let client = TestClient(application.with(timeout(seconds: 0.05)))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<40 {
                group.addTask { try await client.get(index % 2 == 0 ? "/slow" : "/").status.code }
            }
            var counts: [Int: Int] = [:]
            for try await code in group { counts[code, default: 0] += 1 }
            // A quick one may be late where the machine is slow; a slow one is never in time.
            #expect(counts[503, default: 0] >= 20)
            #expect(counts[503, default: 0] + counts[200, default: 0] == 40)
        }
        // The timer goes on after it was idle.
        #expect(try await client.get("/slow").status == .serviceUnavailable)
    }
}
