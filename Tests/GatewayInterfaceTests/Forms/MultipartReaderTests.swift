import GatewayInterface
import Testing

/// A body that comes in pieces, and how many of them were taken.
private final class Source {
    private var pieces: [[UInt8]]
    private(set) var taken = 0

    init(_ body: [UInt8], piece: Int) {
        pieces = stride(from: 0, to: body.count, by: piece).map {
            Array(body[$0..<min($0 + piece, body.count)])
        }
    }

    func next() -> [UInt8] {
        guard taken < pieces.count else { return [] }
        taken += 1
        return pieces[taken - 1]
    }
}

private struct Gone: Error {}

@Suite("Reading a form part by part")
struct MultipartReaderTests {
    private static let contentType = "multipart/form-data; boundary=b"

    private static func body(_ parts: [(name: String, data: [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += Array("--b\r\nContent-Disposition: form-data; name=\"\(part.name)\"\r\n\r\n".utf8)
            body += part.data + Array("\r\n".utf8)
        }
        return body + Array("--b--\r\n".utf8)
    }

    private static let parts: [(name: String, data: [UInt8])] = [
        ("a", Array("text".utf8)), ("none", []),
        ("file", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }),
        ("lines", Array("\r\n\r\n--\r\n-".utf8)),
    ]

    @Test(
        "Blocking: every part has its data, in pieces of any size",
        arguments: [1, 2, 3, 7, 64, 1000, 100_000])
    func blocking(_ size: Int) throws {
        let source = Source(Self.body(Self.parts), piece: size)
        let reader = try BlockingMultipartReader(contentType: Self.contentType, next: source.next)
        for (name, data) in Self.parts {
            let part = try #require(try reader.nextPart())
            #expect(part.head.name == name)
            #expect(try part.readAll() == data)
            #expect(try part.read() == [])
        }
        #expect(try reader.nextPart() == nil)
        #expect(try reader.nextPart() == nil)
    }

    @Test("Awaiting: the same", arguments: [1, 2, 3, 7, 64, 1000, 100_000])
    func awaiting(_ size: Int) async throws {
        let source = Source(Self.body(Self.parts), piece: size)
        let reader = try MultipartReader(contentType: Self.contentType) {
            await Task.yield()
            return source.next()
        }
        for (name, data) in Self.parts {
            let part = try #require(try await reader.nextPart())
            #expect(part.head.name == name)
            #expect(try await part.readAll() == data)
            #expect(try await part.read() == [])
        }
        #expect(try await reader.nextPart() == nil)
        #expect(try await reader.nextPart() == nil)
    }

    @Test("An actor may read a form that is its own")
    @MainActor
    func actor() async throws {
        let source = Source(Self.body(Self.parts), piece: 100)
        let reader = try MultipartReader(contentType: Self.contentType) { source.next() }
        var names: [String] = []
        while let part = try await reader.nextPart() {
            MainActor.assertIsolated()
            names.append(part.head.name)
        }
        #expect(names == Self.parts.map(\.name))
    }

    @Test("What is not read of a part is skipped", arguments: [1, 10, 100_000])
    func skipped(_ size: Int) async throws {
        let blocking = try BlockingMultipartReader(
            contentType: Self.contentType, next: Source(Self.body(Self.parts), piece: size).next)
        let source = Source(Self.body(Self.parts), piece: size)
        let awaiting = try MultipartReader(contentType: Self.contentType) { source.next() }
        for (index, (name, _)) in Self.parts.enumerated() {
            let part = try #require(try blocking.nextPart())
            let other = try #require(try await awaiting.nextPart())
            #expect(part.head.name == name && other.head.name == name)
            if index == 2 {
                #expect(try !part.read().isEmpty)
                #expect(try await !other.read().isEmpty)
            }
        }
        #expect(try blocking.nextPart() == nil)
        #expect(try await awaiting.nextPart() == nil)
    }

    @Test("A part cannot be read once the next one was asked for")
    func isOver() async throws {
        let blocking = try BlockingMultipartReader(
            contentType: Self.contentType, next: Source(Self.body(Self.parts), piece: 5).next)
        let first = try #require(try blocking.nextPart())
        _ = try blocking.nextPart()
        #expect(throws: FormError.partIsOver) { try first.read() }
        let source = Source(Self.body([("a", [])]), piece: 5)
        let awaiting = try MultipartReader(contentType: Self.contentType) { source.next() }
        let only = try #require(try await awaiting.nextPart())
        #expect(try await awaiting.nextPart() == nil)
        await #expect(throws: FormError.partIsOver) { try await only.readAll() }
    }

    @Test("Nothing is read ahead, and a large part is handed on piece by piece")
    func bounded() throws {
        let data = [UInt8](repeating: 0x61, count: 1_000_000)
        let source = Source(Self.body([("a", data), ("b", [1])]), piece: 1000)
        let reader = try BlockingMultipartReader(contentType: Self.contentType, next: source.next)
        #expect(source.taken == 0)
        let part = try #require(try reader.nextPart())
        #expect(source.taken == 1)
        var count = 0
        var reads = 0
        while case let octets = try part.read(), !octets.isEmpty {
            #expect(octets.count <= 1100)
            reads += 1
            count += octets.count
            #expect(source.taken <= reads + 1)
        }
        #expect(count == data.count)
    }

    @Test("A piece that is all data is handed on as it is, without a copy")
    func uncopied() throws {
        let head = Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8)
        let piece = [UInt8](repeating: 0x61, count: 4096)
        var pieces = [head, piece]
        let reader = try BlockingMultipartReader(contentType: Self.contentType) { pieces.removeFirst() }
        let read = try #require(try reader.nextPart()).read()
        let address = { (octets: [UInt8]) in octets.withUnsafeBufferPointer { $0.baseAddress } }
        #expect(address(read) == address(piece))
    }

    @Test("A part that is larger than the limit is refused")
    func limit() async throws {
        let data = [UInt8](repeating: 0x61, count: 1000)
        for (limit, isRefused) in [(1000, false), (999, true), (0, true)] {
            let blocking = try BlockingMultipartReader(
                contentType: Self.contentType, next: Source(Self.body([("a", data)]), piece: 100).next)
            let source = Source(Self.body([("a", data)]), piece: 100)
            let awaiting = try MultipartReader(contentType: Self.contentType) { source.next() }
            let part = try #require(try blocking.nextPart())
            let other = try #require(try await awaiting.nextPart())
            guard isRefused else {
                #expect(try part.readAll(limit: limit) == data)
                #expect(try await other.readAll(limit: limit) == data)
                continue
            }
            #expect(throws: FormError.tooLarge(limit: limit)) { try part.readAll(limit: limit) }
            await #expect(throws: FormError.tooLarge(limit: limit)) { try await other.readAll(limit: limit) }
        }
    }

    @Test("A body that ends too early is incomplete, and what reading throws is passed on")
    func ends() async throws {
        let body = Array(Self.body(Self.parts).prefix(300))
        let blocking = try BlockingMultipartReader(
            contentType: Self.contentType, next: Source(body, piece: 9).next)
        #expect(throws: FormError.incomplete) { while try blocking.nextPart() != nil {} }
        let source = Source(body, piece: 9)
        let awaiting = try MultipartReader(contentType: Self.contentType) { source.next() }
        await #expect(throws: FormError.incomplete) { while try await awaiting.nextPart() != nil {} }
        let other = try BlockingMultipartReader(contentType: Self.contentType) { throw Gone() }
        #expect(throws: Gone.self) { try other.nextPart() }
        let another = try MultipartReader(contentType: Self.contentType) { throw Gone() }
        await #expect(throws: Gone.self) { _ = try await another.nextPart() }
    }

    @Test("Another media type is refused before anything is read")
    func mediaType() {
        #expect(throws: FormError.unsupportedMediaType("text/plain")) {
            try BlockingMultipartReader(contentType: "text/plain") { throw Gone() }
        }
        #expect(throws: FormError.unsupportedMediaType(nil)) {
            try MultipartReader(contentType: nil) { throw Gone() }
        }
    }
}
