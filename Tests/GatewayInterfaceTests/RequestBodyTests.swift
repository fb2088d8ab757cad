import GatewayInterface
import Synchronization
import Testing

@Suite("The body that a Swift application reads")
struct RequestBodyTests {
    private struct ReadFailed: Error {}

    /// A body of `bytes` that are handed out at most `block` at a time.
    private func body(_ bytes: [UInt8], block: Int = .max) -> RequestBody {
        let rest = Mutex(bytes[...])
        return RequestBody(
            FetchedBody(
                count: bytes.count,
                reader: { limit in
                    rest.withLock { rest in
                        let part = rest.prefix(min(limit, block))
                        rest = rest.dropFirst(part.count)
                        return Array(part)
                    }
                }))
    }

    @Test("A body is read in pieces, once, to its end")
    func pieces() throws {
        let body = body(Array("hello".utf8))
        #expect(body.count == 5)
        #expect(try body.read(upTo: 2) == Array("he".utf8))
        #expect(try body.read(upTo: 100) == Array("llo".utf8))
        #expect(try body.read() == [])
    }

    @Test("All of a body comes whole, however small its pieces are", arguments: [1, 3, 1000])
    func all(_ block: Int) throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let body = body(bytes, block: block)
        #expect(try body.readAll() == bytes)
        #expect(try body.readAll() == [])
    }

    @Test("Trailer fields are there when the body was read to its end, and not before", arguments: [0, 5])
    func trailers(_ count: Int) throws {
        let fields = [TrailerField(name: "Digest", value: "x")]
        let body = RequestBody([UInt8](repeating: 1, count: count), trailers: fields)
        #expect(body.trailers == [])
        if count > 0 {
            #expect(try body.read(upTo: 3).count == 3)
            #expect(body.trailers == [])
        }
        _ = try body.readAll()
        #expect(body.trailers == fields)
        let plain = self.body([1])
        _ = try plain.readAll()
        #expect(plain.trailers == [] && RequestBody.empty.trailers == [])
    }

    @Test("An asynchronous reader gets the same pieces, and the same end")
    func sequence() async throws {
        var pieces: [[UInt8]] = []
        for try await piece in body(Array("hello".utf8), block: 2) { pieces.append(piece) }
        #expect(pieces == [Array("he".utf8), Array("ll".utf8), Array("o".utf8)])
        #expect(try await body([1, 2, 3], block: 1).readAll() == [1, 2, 3])
        await #expect(throws: RequestBodyError.tooLarge(limit: 2)) {
            try await body([1, 2, 3]).readAll(limit: 2)
        }
    }

    @Test("A body of unknown length is refused when it has become too large")
    func unknownLength() async throws {
        final class Endless: BodySource {
            let count: Int? = nil
            let trailers: [TrailerField] = []
            func read(upTo limit: Int) throws -> [UInt8] { [1, 2] }
        }
        #expect(throws: RequestBodyError.tooLarge(limit: 3)) { try RequestBody(Endless()).readAll(limit: 3) }
        await #expect(throws: RequestBodyError.tooLarge(limit: 3)) {
            try await RequestBody(Endless()).readAll(limit: 3)
        }
    }

    @Test("What was read already is not read again")
    func rest() throws {
        let body = body(Array("hello".utf8))
        _ = try body.read(upTo: 1)
        #expect(try body.readAll() == Array("ello".utf8))
    }

    @Test("A body larger than the caller accepts is refused before it is read")
    func tooLarge() throws {
        let body = body([1, 2, 3])
        #expect(throws: RequestBodyError.tooLarge(limit: 2)) { try body.readAll(limit: 2) }
        #expect(try body.readAll(limit: 3) == [1, 2, 3])
    }

    @Test("A body without octets is empty")
    func empty() throws {
        #expect(RequestBody.empty.count == 0)
        #expect(try RequestBody.empty.readAll() == [])
        #expect(try Request(environ: Environ([:])).body.read() == [])
    }

    @Test("What the reader throws reaches the application")
    func failure() {
        let body = RequestBody(FetchedBody(count: 1, reader: { _ in throw ReadFailed() }))
        #expect(throws: ReadFailed.self) { try body.read() }
        #expect(throws: ReadFailed.self) { try body.readAll() }
    }

    @Test("A response of text says what it is")
    func textResponse() {
        let response = Response(status: 404, "né")
        #expect(response.status == 404)
        #expect(response.body.bytes == [0x6E, 0xC3, 0xA9])
        #expect(response.fields.map(\.name) == ["Content-Type"])
        #expect(response.fields.map(\.value) == ["text/plain; charset=utf-8"])
        #expect(Response().status == 200)
    }
}
