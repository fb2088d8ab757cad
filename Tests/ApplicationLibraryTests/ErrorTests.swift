import CGatewayApplication
import GatewayInterface
import Synchronization
import Testing

@testable import ApplicationLibrary

@Suite("Errors and cancellation in a library")
struct LibraryErrorTests {
    @Test(
        "An error that says what is answered is answered, and logged where it is the server's fault"
    )
    func answering() async throws {
        let services = TestServices()
        let inline = try crossed(
            .inline { _ in throw HTTPError(.notFound, "Not here.", fields: [("X", "1")]) })
        let response = try ask(inline, services.request())
        #expect(response.status == .notFound && response.body.bytes == Array("Not here.\n".utf8))
        #expect(response.fields["X"] == "1" && services.lines.withLock { $0.isEmpty })

        let asynchronous = try crossed(.asynchronous { _ in throw HTTPError(.badGateway, "Down.") })
        #expect(try await askLater(asynchronous, services.request()).status == .badGateway)
        #expect(services.lines.withLock { $0 } == ["error the application failed: 502 Down. []"])
    }

    @Test("Any other error comes as its text")
    func text() async throws {
        struct Broken: Error, CustomStringConvertible { let description = "the ünit is broken" }
        let inline = try crossed(.inline { _ in throw Broken() })
        let asynchronous = try crossed(.asynchronous { _ in throw Broken() })
        let first = #expect(throws: ForeignError.self) { try ask(inline, Request(environ: Environ([:]))) }
        let second = await #expect(throws: ForeignError.self) {
            try await askLater(asynchronous, Request(environ: Environ([:])))
        }
        #expect("\(first!)" == "the ünit is broken" && "\(second!)" == "the ünit is broken")
    }

    @Test("A cancelled request cancels its task in the library, which says so")
    func cancellation() async throws {
        let start = Event()
        let application = try crossed(
            .asynchronous { _ in
                start.happen()
                try await Task.sleep(for: .seconds(3600))
                return Response("late")
            })
        let task = Task { try await askLater(application, Request(environ: Environ([:]))) }
        await until { start.hasHappened }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A request that is cancelled before it is begun is cancelled in the library")
    func cancelledBefore() async throws {
        let application = try crossed(
            .asynchronous { _ in
                await Task.yield()
                return Response("\(Task.isCancelled)")
            })
        let gate = SlowSink()
        let task = Task {
            try? await gate.write([])
            return try await askLater(application, Request(environ: Environ([:])))
        }
        task.cancel()
        #expect(try await task.value.body.bytes == Array("true".utf8))
    }

    @Test("A library that gives up waiting cancels what the gateway does for it")
    func ownCancellation() async throws {
        let sink = SlowSink()
        let application = try crossed(
            .asynchronous { _ in
                Response { writer in
                    let writing = Task { try await writer.write("held up") }
                    await until { !sink.parts.isEmpty }
                    writing.cancel()
                    await #expect(throws: CancellationError.self) { try await writing.value }
                }
            })
        let response = try await askLater(application, Request(environ: Environ([:])))
        guard case .stream(let stream) = response.body else { throw NotOfThatKind() }
        try await stream.produce(ResponseWriter(sink))
        #expect(sink.parts.count == 1)
    }

    @Test("A table of another version, of another size or without an application is refused")
    func refused() throws {
        func change(_ change: (inout gateway_application) -> Void) throws -> Application {
            var table = export(.inline { _ in Response() }).load(as: gateway_application.self)
            change(&table)
            return try withUnsafePointer(to: &table) {
                try LibraryImport.application(from: UnsafeRawPointer($0))
            }
        }
        #expect(throws: LibraryImportError.version(7)) { try change { $0.version = 7 } }
        #expect(throws: LibraryImportError.size) { try change { $0.size -= 8 } }
        #expect(throws: LibraryImportError.isEmpty) { try change { $0.answer = nil } }
        #expect(throws: LibraryImportError.isEmpty) { try change { $0.kind = 9 } }
        #expect(throws: LibraryImportError.isEmpty) { try LibraryImport.application(from: nil) }
        struct NoTable: Error, CustomStringConvertible { let description = "there is no table" }
        #expect(throws: LibraryImportError.failed("there is no table")) {
            try LibraryImport.application(from: export { throw NoTable() })
        }
        #expect(throws: LibraryImportError.failed("")) {
            struct Silent: Error, CustomStringConvertible { let description = "" }
            _ = try LibraryImport.application(from: export { throw Silent() })
        }
    }

    @Test("A library that answers with nonsense fails, and its handle is given back")
    func nonsense() throws {
        let token = Mutex<Token?>(Token())
        weak let watched = token.withLock { $0 }
        let origin = Origin(
            library: ForeignLibrary(
                table: export(.inline { _ in Response() }).assumingMemoryBound(to: gateway_application.self)),
            executor: nil)
        do {
            let kept = token.withLock { token in
                defer { token = nil }
                return token
            }
            let stream = ResponseStream { _ in withExtendedLifetime(kept) {} }
            var response = gateway_response()
            response.status = 7000
            response.handle = Handle.give(ExportedStream(stream))
            #expect(throws: ForeignError.self) { try response.open(origin) }
            response.status = 200
            response.body_kind = 12
            response.handle = nil
            #expect(throws: ForeignError.self) { try response.open(origin) }
        }
        #expect(watched == nil)
    }
}
