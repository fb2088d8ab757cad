import GatewayInterface
import Synchronization
import Testing

@testable import ApplicationLibrary

@Suite("Requests in a library")
struct LibraryRequestTests {
    @Test("An application that answers at once sees the whole environ and the whole body")
    func inline() throws {
        let application = try crossed(
            .inline { request in
                let body = try request.body.readAll()
                return Response(
                    status: .created,
                    fields: [("X-Method", request.method.rawValue), ("X-Two", "a"), ("X-Two", "b")],
                    body: Array(
                        "\(request.path) \(request["X"] ?? "none") \(request.environ["SAME"] ?? "") ".utf8)
                        + body)
            })
        let constant = Environ(["SAME": "for all"]).withBlocks { Array($1) }
        let own = Environ(["REQUEST_METHOD": "PUT", "PATH_INFO": "/ö"]).withBlocks { Array($1) }
        let request = Request(
            environ: Environ(constant: constant, request: own), body: RequestBody([1, 2, 3]))
        let response = try ask(application, request)
        #expect(response.status == .created)
        #expect(
            response.fields.map { "\($0.name): \($0.value)" } == ["X-Method: PUT", "X-Two: a", "X-Two: b"])
        #expect(response.body.bytes == Array("/ö none for all ".utf8) + [1, 2, 3])
    }

    @Test("A status of its own keeps its reason, and a file its path")
    func file() throws {
        let application = try crossed(
            .inline { _ in Response(status: .init(code: 299, reasonPhrase: "Odd"), file: "a/b ü.txt") })
        let response = try ask(application, Request(environ: Environ([:])))
        #expect(response.status.code == 299 && response.status.reasonPhrase == "Odd")
        guard case .file(let path) = response.body else { throw NotOfThatKind() }
        #expect(path == "a/b ü.txt")
    }

    @Test("A body is read in pieces, blocking and awaited, and its trailers come behind it")
    func body() async throws {
        let trailers = [TrailerField(name: "Digest", value: "abc"), TrailerField(name: "Empty", value: "")]
        let inline = try crossed(
            .inline { request in
                var sizes: [Int] = [request.body.count ?? -1, request.body.trailers.count]
                while case let part = try request.body.read(upTo: 40_000), !part.isEmpty {
                    sizes.append(part.count)
                }
                return Response("\(sizes) \(request.body.trailers.map { "\($0.name)=\($0.value)" })")
            })
        let asynchronous = try crossed(
            .asynchronous(streamsBody: true) { request in
                var sizes: [Int] = [request.body.count ?? -1, request.body.trailers.count]
                while case let part = try await request.body.read(upTo: 40_000), !part.isEmpty {
                    sizes.append(part.count)
                }
                return Response("\(sizes) \(request.body.trailers.map { "\($0.name)=\($0.value)" })")
            })
        #expect(asynchronous.streamsBody && !inline.streamsBody)
        let bytes = [UInt8](repeating: 7, count: 100_000)
        let expected = #"[100000, 0, 40000, 40000, 20000] ["Digest=abc", "Empty="]"#
        let first = try ask(
            inline, Request(environ: Environ([:]), body: RequestBody(bytes, trailers: trailers)))
        #expect(first.body.bytes.map { String(decoding: $0, as: UTF8.self) } == expected)
        let second = try await askLater(
            asynchronous, Request(environ: Environ([:]), body: RequestBody(bytes, trailers: trailers)))
        #expect(second.body.bytes.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("A body that comes later is awaited")
    func lateBody() async throws {
        let body = LateBody()
        let application = try crossed(
            .asynchronous(streamsBody: true) { request in
                let hasCount = request.body.count != nil
                do { try readNow(request.body) } catch RequestBodyError.notHere {
                    return Response(
                        "\(hasCount) " + String(decoding: try await request.body.readAll(), as: UTF8.self))
                }
                return Response("it was there")
            })
        async let response = askLater(application, Request(environ: Environ([:]), body: RequestBody(body)))
        await until { body.isAwaited }
        body.come("late")
        #expect(try await response.body.bytes == Array("false late".utf8))
    }

    @Test(
        "What keeps a body from being read is told by its kind",
        arguments: [RequestBodyError.incomplete, .tooLate, .notHere, .tooLarge(limit: 12)])
    func bodyErrors(_ error: RequestBodyError) async throws {
        let told = Mutex<RequestBodyError?>(nil)
        let application = try crossed(
            .asynchronous { request in
                do { return Response(body: try await request.body.read()) } catch let error
                    as RequestBodyError
                {
                    told.withLock { $0 = error }
                    throw error
                }
            })
        let body = RequestBody(FetchedBody(count: 3) { _ in throw error })
        await #expect(throws: error) {
            try await askLater(application, Request(environ: Environ([:]), body: body))
        }
        #expect(told.withLock { $0 } == error)
    }

    @Test("Work that blocks is off-loaded by the gateway, with what it throws")
    func offload() async throws {
        struct Failed: Error {}
        let services = TestServices()
        let application = try crossed(
            .asynchronous { request in
                await #expect(throws: Failed.self) { try await request.environ.offload { throw Failed() } }
                return Response("\(try await request.environ.offload { 6 * 7 })")
            })
        #expect(try await askLater(application, services.request()).body.bytes == Array("42".utf8))
        #expect(services.offloadCount == 2)
    }

    @Test("The log gets the message, the level and the metadata, and nothing below the gateway's level")
    func log() throws {
        let services = TestServices(level: .info)
        let application = try crossed(
            .inline { request in
                var logger = request.logger
                logger[metadataKey: "order"] = ["a", "b"]
                logger.debug("nobody wants this")
                logger.warning("out of paper", metadata: ["tray": "\(2)"])
                logger.critical("on fire")
                return Response(status: .noContent)
            })
        _ = try ask(application, services.request(["REQUEST_ID": "r1"]))
        #expect(
            services.lines.withLock { $0 } == [
                #"warning out of paper [order=["a", "b"] request=r1 tray=2]"#,
                #"critical on fire [order=["a", "b"] request=r1]"#,
            ])
    }

    @Test("Whether pages show errors is the gateway's to say", arguments: [false, true])
    func showsErrors(_ value: Bool) throws {
        let application = try crossed(.inline { Response("\($0.environ.showsErrors)") })
        let response = try ask(application, TestServices(showsErrors: value).request())
        #expect(response.body.bytes == Array("\(value)".utf8))
    }
}

/// Reads in a blocking way, also from a place that could await.
private func readNow(_ body: RequestBody) throws { _ = try body.read(upTo: 10) }

/// A body that is not there yet.
final class LateBody: BodySource {
    private let state = Mutex<(continuation: CheckedContinuation<[UInt8], Never>?, isOver: Bool)>(
        (nil, false))

    var count: Int? { nil }
    var trailers: [TrailerField] { [] }
    var isAwaited: Bool { state.withLock { $0.continuation != nil } }

    func come(_ text: String) {
        let continuation = state.withLock { state in
            defer { state = (nil, true) }
            return state.continuation
        }
        continuation?.resume(returning: Array(text.utf8))
    }

    func read(upTo limit: Int) throws -> [UInt8] { throw RequestBodyError.notHere }

    func next(upTo limit: Int) async throws -> [UInt8] {
        if state.withLock({ $0.isOver }) { return [] }
        return await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
        }
    }
}
