import GatewayInterface
import Syscalls
import Testing

@Suite("A request under another web server")
struct RequestRunnerTests {
    private struct Failure: Error {}

    private static let post = ["REQUEST_METHOD=POST", "PATH_INFO=/a", "REQUEST_URI=/a"]

    @Test("An asynchronous handler comes back to the thread that has taken the request")
    func thread() async throws {
        let port = FakePort(Self.post + ["CONTENT_LENGTH=3"], body: Array("abc".utf8))
        let notes = Notes()
        let isWhole = try await answer(
            port,
            .asynchronous { request in
                notes.add("\(SystemProcess.currentThread)")
                await Task.yield()
                try await Task.sleep(for: .milliseconds(1))
                let value = try await request.environ.offload { SystemProcess.currentThread }
                #expect("\(value)" != notes.all[0])
                notes.add("\(SystemProcess.currentThread)")
                async let bytes = request.body.readAll()
                return Response(body: try await bytes)
            })
        #expect(isWhole)
        #expect(port.status == "Status: 200 OK")
        #expect(port.answer == "abc")
        #expect(Set(notes.all).count == 1)
        #expect(port.threads.map { "\($0)" } == [notes.all[0]])
    }

    @Test("Each part of a stream is sent when it is made, by the request's thread whoever makes it")
    func stream() async throws {
        let port = FakePort(Self.post)
        let isWhole = try await answer(
            port,
            .inline { _ in
                Response(length: 6) { writer in
                    try await writer.write("one")
                    try await Task.detached { try await writer.write("two") }.value
                }
            })
        #expect(isWhole)
        #expect(port.head == "Status: 200 OK\r\nContent-Length: 6")
        #expect(port.answer == "onetwo")
        #expect(port.flushes >= 2)
        #expect(port.threads.count == 1)
    }

    @Test("A write that fails is the client's leaving: it throws, and the task is cancelled")
    func clientLeft() async throws {
        let port = FakePort(Self.post)
        port.patience = 2
        let notes = Notes()
        _ = try await answer(
            port,
            .asynchronous { _ in
                Response { writer in
                    do {
                        while true { try await writer.write("x") }
                    } catch {
                        notes.add("\(error) \(Task.isCancelled)")
                        throw error
                    }
                }
            })
        #expect(notes.all == ["the client has left true"])
        #expect(!port.isBroken)
        #expect(port.complaints == [])
    }

    @Test("A stream that throws before its first part is a failure, and later an answer that is not whole")
    func brokenStreams() async throws {
        let first = FakePort(Self.post)
        #expect(try await answer(first, .inline { _ in Response { _ in throw Failure() } }))
        #expect(first.status == "Status: 500 Internal Server Error")
        #expect(first.complaints == ["POST /a: the application failed: Failure()\n"])
        let later = FakePort(Self.post)
        let isWhole = try await answer(
            later,
            .inline { _ in
                Response { writer in
                    try await writer.write("x")
                    throw Failure()
                }
            })
        #expect(!isWhole && later.isBroken)
        #expect(later.complaints == ["POST /a: the answer broke off: Failure()\n"])
        let short = FakePort(Self.post)
        _ = try await answer(short, .inline { _ in Response(length: 3) { try await $0.write("x") } })
        #expect(short.isBroken)
        let long = FakePort(Self.post)
        #expect(try await answer(long, .inline { _ in Response(length: 3) { try await $0.write("12345") } }))
        #expect(long.answer == "123")
        #expect(long.complaints.count == 1)
    }

    @Test("The body of an answer that has none is not made", arguments: ["HEAD", "GET"])
    func nothingToMake(_ method: String) async throws {
        let port = FakePort(["REQUEST_METHOD=\(method)"])
        let notes = Notes()
        let status = method == "HEAD" ? 200 : 204
        _ = try await answer(
            port,
            .asynchronous { _ in
                Response(status: .init(code: status), length: 5) { _ in notes.add("made") }
            })
        #expect(notes.all == [])
        #expect(port.head.contains("Content-Length: 5") == (status == 200))
        #expect(port.answer == "")
    }

    @Test("A body that nobody reads is read before the answer; one that a stream reads is there all the same")
    func unread() async throws {
        let octets = [UInt8](repeating: 7, count: 200_000)
        let port = FakePort(Self.post + ["CONTENT_LENGTH=200000"], body: octets)
        _ = try await answer(port, .inline { _ in Response("unread") })
        #expect(port.unread == 0)
        let copied = FakePort(Self.post + ["CONTENT_LENGTH=200000"], body: octets)
        _ = try await answer(
            copied,
            .asynchronous { request in
                Response { writer in
                    try await writer.write("")
                    for try await part in request.body { try await writer.write(part) }
                }
            })
        #expect(Array(copied.written.suffix(octets.count)) == octets)
    }

    @Test("A body without a length goes to the end of what comes; one that is too short is said to be so")
    func lengths() async throws {
        let unknown = FakePort(Self.post + ["HTTP_TRANSFER_ENCODING=chunked"], body: [1, 2, 3])
        _ = try await answer(
            unknown,
            .inline { request in
                Response(
                    "\(request.body.count ?? -1) \(try request.body.readAll())\(try request.body.read())")
            })
        #expect(unknown.answer == "-1 [1, 2, 3][]")
        let short = FakePort(Self.post + ["CONTENT_LENGTH=4"], body: [1, 2, 3])
        _ = try await answer(short, .inline { Response(body: try $0.body.readAll()) })
        #expect(short.status == "Status: 400 Bad Request")
        let malformed = FakePort(Self.post + ["CONTENT_LENGTH=-1"])
        _ = try await answer(malformed, .inline { _ in Response("never") })
        #expect(malformed.status == "Status: 400 Bad Request")
    }

    @Test("A body that is read when its request is over is not there any more")
    func tooLate() async throws {
        let port = FakePort(Self.post + ["CONTENT_LENGTH=3"], body: [1, 2, 3])
        let (bodies, continuation) = AsyncStream<RequestBody>.makeStream()
        _ = try await answer(
            port,
            .inline { request in
                continuation.yield(request.body)
                return Response("done")
            })
        let body = try #require(await bodies.first { _ in true })
        await #expect(throws: RequestBodyError.tooLate) { try await body.read() }
        #expect(throws: RequestBodyError.tooLate) { try RequestRunnerTests.readNow(body) }
    }

    private static func readNow(_ body: RequestBody) throws -> [UInt8] { try body.read() }

    @Test("A task that outlives its call goes on elsewhere, and has nobody to write to")
    func survivor() async throws {
        let port = FakePort(Self.post)
        let (outcomes, continuation) = AsyncStream<String>.makeStream()
        _ = try await answer(
            port,
            .asynchronous { request in
                let executor = try #require(request.environ.services?.executor)
                return Response { writer in
                    try await writer.write("x")
                    Task(executorPreference: executor) {
                        try await Task.sleep(for: .milliseconds(20))
                        do { try await writer.write("y") } catch { continuation.yield("\(error)") }
                    }
                }
            })
        #expect(await outcomes.first { _ in true } == "the client has left")
        #expect(port.answer == "x")
    }

    @Test("Errors are answered as they say, WebSockets with 501, another role with 500")
    func otherAnswers() async throws {
        let error = FakePort(Self.post)
        _ = try await answer(error, .inline { _ in throw HTTPError(.notFound, "Nothing.") })
        #expect(error.status == "Status: 404 Not Found" && error.answer == "Nothing.\n")
        #expect(error.complaints == [])
        let socket = FakePort(Self.post)
        _ = try await answer(socket, .asynchronous { _ in .webSocket { _ in } })
        #expect(socket.status == "Status: 501 Not Implemented")
        #expect(socket.complaints.count == 1)
        let role = FakePort(Self.post)
        role.isResponder = false
        _ = try await answer(role, .inline { _ in Response("never") })
        #expect(role.status == "Status: 500 Internal Server Error")
    }

    @Test("What a handler logs is a line for the web server, from other threads too, and one line only")
    func logging() async throws {
        let port = FakePort(Self.post)
        _ = try await answer(
            port,
            .asynchronous { request in
                request.logger.warning("one\r\nline")
                request.logger.debug("nothing")
                try await request.environ.offload { request.logger.error("from elsewhere") }
                return Response("")
            })
        #expect(port.complaints == ["[warning] one\\r\\nline\n", "[error] from elsewhere\n"])
        #expect(port.threads.count == 1)
    }
}
