import GatewayInterface
import Synchronization
import Testing

@testable import ApplicationLibrary

@Suite("Threads and handles of a library")
struct LibraryThreadTests {
    @Test("Code of a library runs on the thread of its request, whatever it has waited for")
    func thread() async throws {
        let thread = try OneThread()
        let services = TestServices(executor: thread)
        let places = Mutex<[Bool]>([])
        let note: @Sendable () -> Void = { places.withLock { $0.append(thread.isHere) } }
        let sink = SlowSink()
        sink.take(100)
        let application = try crossed(
            .asynchronous { request in
                note()
                await Task.yield()
                note()
                try await Task.sleep(for: .milliseconds(1))
                note()
                _ = try await request.environ.offload { #expect(!thread.isHere) }
                note()
                _ = try await request.body.readAll()
                note()
                await withTaskGroup { group in for _ in 0..<10 { group.addTask { note() } } }
                return Response { writer in
                    note()
                    try await writer.write("1")
                    note()
                    try await Task.sleep(for: .milliseconds(1))
                    try await writer.write("2")
                    note()
                }
            })
        let task = Task(executorPreference: thread) {
            let response = try await askLater(application, services.request(body: RequestBody([1])))
            try await stream(of: response).produce(ResponseWriter(sink))
        }
        try await task.value
        #expect(places.withLock { $0 } == Array(repeating: true, count: 18))
    }

    @Test("Requests on one thread do not wait for each other")
    func several() async throws {
        let thread = try OneThread()
        let services = TestServices(executor: thread)
        let body = LateBody()
        let application = try crossed(
            .asynchronous(streamsBody: true) { request in Response(body: try await request.body.readAll()) })
        let slow = Task(executorPreference: thread) {
            try await askLater(application, services.request(body: RequestBody(body)))
        }
        await until { body.isAwaited }
        let quick = Task(executorPreference: thread) {
            try await askLater(application, services.request(body: RequestBody([5])))
        }
        #expect(try await quick.value.body.bytes == [5])
        body.come("x")
        #expect(try await slow.value.body.bytes == Array("x".utf8))
    }

    @Test("A task that outlives its request goes on elsewhere")
    func outliving() async throws {
        let sink = SlowSink()
        let end = Event()
        let application = try crossed(
            .asynchronous { request in
                Task(executorPreference: request.environ.services?.executor) {
                    try? await sink.write([1])
                    end.happen()
                }
                await until { sink.parts.count == 1 }
                return Response("done")
            })
        _ = try await askLater(application, Request(environ: Environ([:])))
        sink.take(1)
        await until { end.hasHappened }
    }

    @Test("Many requests at once from many threads get each its own answer")
    func many() async throws {
        let application = try crossed(
            .asynchronous { request in
                await Task.yield()
                let body = try await request.body.readAll()
                return Response { writer in
                    for octet in body { try await writer.write([octet]) }
                }
            })
        try await withThrowingTaskGroup { group in
            for number in 0..<50 as Range<UInt8> {
                group.addTask {
                    let bytes = (0..<20).map { number &+ $0 }
                    let response = try await askLater(
                        application, Request(environ: Environ([:]), body: RequestBody(bytes)))
                    let sink = SlowSink()
                    sink.take(100)
                    try await stream(of: response).produce(ResponseWriter(sink))
                    #expect(sink.parts.flatMap { $0 } == bytes)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "Nothing of a request is kept when it is over: answered, streamed, thrown or cancelled",
        arguments: ["/", "/throw", "/wait"])
    func handles(_ path: String) async throws {
        let watched = Watched()
        struct Failed: Error { let token: Token }
        let inline = try crossed(
            .inline { request in
                let token = watched.token("inline")
                if path == "/throw" { throw Failed(token: token) }
                request.logger.info("a line")
                return Response { writer in try await writer.write("\(token)") }
            })
        let asynchronous = try crossed(
            .asynchronous { request in
                let token = watched.token("asynchronous")
                if path == "/throw" { throw Failed(token: token) }
                if path == "/wait" { try await Task.sleep(for: .seconds(3600)) }
                _ = try await request.environ.offload { watched.token("offloaded") }
                return Response { writer in
                    for try await part in request.body { try await writer.write(part + "\(token)".utf8) }
                }
            })
        try await ask(inline, asynchronous, watched, cancels: path == "/wait")
        #expect(watched.count >= 3)
        // The last reference may be that of a task which is just ending.
        await until { watched.left.isEmpty }
        #expect(watched.left.isEmpty)
    }

    /// Has everything done that an answer can ask for, and a stream made, or left alone.
    private func ask(
        _ inline: Application, _ asynchronous: Application, _ watched: Watched, cancels: Bool
    ) async throws {
        for makesStream in [true, false] {
            let services = TestServices()
            watched.watch(services, "services")
            let request = services.request(body: RequestBody([1, 2]))
            let sink = SlowSink()
            sink.take(100)
            let first = try? ApplicationLibraryTests.ask(inline, request)
            let task = Task { try await askLater(asynchronous, request) }
            if cancels { task.cancel() }
            let second = try? await task.value
            guard makesStream else { continue }
            for response in [first, second] {
                if let response { try await stream(of: response).produce(ResponseWriter(sink)) }
            }
        }
    }
}

/// Objects that have to be gone in the end.
final class Watched: Sendable {
    private let objects = Mutex<[(name: String, isGone: @Sendable () -> Bool)]>([])

    var count: Int { objects.withLock { $0.count } }
    /// Those that are still there.
    var left: [String] { objects.withLock { $0.filter { !$0.isGone() }.map(\.name) } }

    func watch(_ object: some AnyObject & Sendable, _ name: String) {
        objects.withLock { $0.append((name, { [weak object] in object == nil })) }
    }

    func token(_ name: String) -> Token {
        let token = Token()
        watch(token, name)
        return token
    }
}
