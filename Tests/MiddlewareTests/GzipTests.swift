import GatewayTesting
import Middleware
import TestSupport
import Testing

@Suite("Compression by middleware")
struct GzipTests {
    private static let text = String(repeating: "All work and no play. ", count: 100)

    private static func client(_ response: Response, _ middleware: @escaping Middleware = gzip())
        -> TestClient
    {
        TestClient(Application.inline { _ in response }.with(middleware))
    }

    private func decoded(_ bytes: [UInt8]) throws -> String {
        let gunzip = Gunzip()
        let text = try bytes.withUnsafeBufferPointer { try gunzip.decode($0) }
        #expect(gunzip.isAtEnd)
        return String(decoding: text, as: UTF8.self)
    }

    @Test("Octets are compressed for who accepts it")
    func bytes() async throws {
        var response = Response(Self.text)
        response.fields[.eTag] = "\"v1\""
        response.fields[.acceptRanges] = "bytes"
        let client = Self.client(response)
        let coded = try await client.get("/", fields: [.acceptEncoding: "br, gzip;q=0.5"])
        #expect(coded[.contentEncoding] == "gzip" && coded[.vary] == "Accept-Encoding")
        #expect(coded[.eTag] == "W/\"v1\"" && coded[.acceptRanges] == nil)
        #expect(coded.body.count < 200 && coded[.contentLength] == "\(coded.body.count)")
        #expect(try decoded(coded.body) == Self.text)
        for accepted in ["", "br", "gzip;q=0", "*;q=0"] {
            let plain = try await client.get("/", fields: [.acceptEncoding: accepted])
            #expect(plain.text == Self.text && plain[.contentEncoding] == nil)
            #expect(plain[.eTag] == "\"v1\"" && plain[.vary] == "Accept-Encoding")
        }
        let head = try await client.head("/", fields: [.acceptEncoding: "gzip"])
        #expect(head.body == [] && head[.contentLength] == coded[.contentLength])
    }

    @Test("Each part of a stream can be read when it was written")
    func stream() async throws {
        let application = Application.asynchronous { _ in
            Response(fields: [.contentType: "text/plain"], length: 5000) { writer in
                for index in 0..<5 { try await writer.write(String(repeating: "\(index)", count: 1000)) }
            }
        }
        let client = TestClient(application.with(gzip()))
        let stream = try await client.stream("/", fields: [.acceptEncoding: "gzip"], buffer: 0)
        #expect(stream.fields[.contentLength] == nil && stream.fields[.contentEncoding] == "gzip")
        let gunzip = Gunzip()
        for index in 0..<5 {
            let part = try #require(try await stream.next())
            let text = try part.withUnsafeBufferPointer { try gunzip.decode($0) }
            #expect(text == Array(String(repeating: "\(index)", count: 1000).utf8))
        }
        let end = try await stream.readAll()
        _ = try end.withUnsafeBufferPointer { try gunzip.decode($0) }
        #expect(gunzip.isAtEnd)
    }

    @Test("A stream that fails is seen to have failed, and one that waits for its client waits")
    func failing() async throws {
        struct Failed: Error {}
        let application = Application.asynchronous { request in
            Response(fields: [.contentType: "text/plain"]) { writer in
                try await writer.write("hello")
                if request.path == "/fail" { throw Failed() }
                while true { try await writer.write("more") }
            }
        }
        let client = TestClient(application.with(gzip()))
        await #expect(throws: TestClientError.self) {
            try await client.get("/fail", fields: [.acceptEncoding: "gzip"])
        }
        let stream = try await client.stream("/", fields: [.acceptEncoding: "gzip"], buffer: 100)
        #expect(try await stream.untilProducerWaits())
    }

    @Test(
        "What is not to be compressed is left alone",
        arguments: [
            (200, "text/plain", [("Content-Encoding", "br")]),
            (200, "text/plain", [("Content-Encoding", "identity")]),
            (200, "text/plain", [("Cache-Control", "public, no-transform")]),
            (200, "text/plain", [("Content-Digest", "x")]),
            (206, "text/plain", [("Content-Range", "bytes 0-1/9")]),
            (404, "text/plain", []), (200, "image/png", []), (200, "text/event-stream", []),
        ] as [(Int, String, [(String, String)])])
    func leftAlone(_ status: Int, _ type: String, _ fields: [(String, String)]) async throws {
        let all = [("Content-Type", type)] + fields
        let response = Response(
            status: HTTPResponse.Status(code: status), fields: ResponseFields(all.map { ($0.0, $0.1) }),
            body: Array(Self.text.utf8))
        let answer = try await Self.client(response).get("/", fields: [.acceptEncoding: "gzip"])
        #expect(answer.text == Self.text && answer[.vary] == nil)
    }

    @Test("A small body, a file and 304 stay as they are, and vary where they have to")
    func small() async throws {
        let small = try await Self.client(Response("small")).get("/", fields: [.acceptEncoding: "gzip"])
        #expect(small.text == "small" && small[.contentEncoding] == nil && small[.vary] == "Accept-Encoding")
        let every = try await Self.client(Response("small"), gzip(minimum: 0, level: 99)).get(
            "/", fields: [.acceptEncoding: "gzip"])
        #expect(try decoded(every.body) == "small")
        let file = Response(fields: [.contentType: "text/plain"], file: #filePath)
        let sent = try await Self.client(file).get("/", fields: [.acceptEncoding: "gzip"])
        #expect(sent.text.hasPrefix("import") && sent[.vary] == nil)
        let unchanged = Response(status: .notModified, fields: [.vary: "Cookie", .eTag: "\"v1\""])
        let answer = try await Self.client(unchanged).get("/", fields: [.acceptEncoding: "gzip"])
        #expect(answer.fields.filter { $0.name == "Vary" }.map(\.value) == ["Cookie", "Accept-Encoding"])
        #expect(answer[.contentEncoding] == nil)
    }

    @Test("Types may be named")
    func types() async throws {
        let response = Response(Self.text, contentType: "model/obj; x=y")
        let coded = try await Self.client(response, gzip(types: ["model/*"])).get(
            "/", fields: [.acceptEncoding: "gzip"])
        #expect(try decoded(coded.body) == Self.text)
    }
}
