import GatewayTesting
import Synchronization
import Testing

@Suite("The body of a test client's request")
struct TestBodyTests {
    private static let upper = Application.asynchronous { request in
        let text = String(decoding: try await request.body.readAll(), as: UTF8.self)
        return Response("\(request.contentType ?? "-") \(request.contentLength ?? -1) \(text)")
    }

    @Test("A body comes with its type and its length")
    func kinds() async throws {
        let client = TestClient(Self.upper)
        #expect(try await client.post("/", body: "abc").text == "- 3 abc")
        #expect(try await client.put("/", body: .text("ä")).text == "text/plain; charset=utf-8 2 ä")
        #expect(
            try await client.post("/", fields: [.contentType: "a/b"], body: .bytes([65], type: "c/d")).text
                == "a/b 1 A")
        #expect(try await client.get("/").text == "- -1 ")
        #expect(try await client.post("/").text == "- 0 ")
    }

    @Test("A form is encoded as a browser does it")
    func form() async throws {
        let response = try await TestClient(Self.upper).post("/", form: ["a b": "1&2", "ä": "=+"])
        #expect(response.text == "application/x-www-form-urlencoded 23 a+b=1%262&%C3%A4=%3D%2B")
    }

    @Test("An application that does not stream gets a streamed body whole")
    func collected() async throws {
        let parts = AsyncStream<[UInt8]> { stream in
            for part in ["a", "", "bc"] { stream.yield(Array(part.utf8)) }
            stream.finish()
        }
        #expect(try await TestClient(Self.upper).post("/", body: .stream(parts)).text == "- 3 abc")
    }

    @Test("An application that streams is called before the body is there, and gets each part as it comes")
    func streamed() async throws {
        let (parts, sender) = AsyncStream<[UInt8]>.makeStream()
        let client = TestClient(
            .asynchronous(streamsBody: true) { request in
                #expect(request.body.count == nil && request.contentLength == nil)
                // The body goes on only now.
                sender.yield(Array("hello".utf8))
                let first = try await request.body.read(upTo: 2)
                sender.finish()
                let rest = try await request.body.readAll()
                return Response(
                    "\(String(decoding: first, as: UTF8.self))|\(String(decoding: rest, as: UTF8.self))|"
                        + request.body.trailers.map { "\($0.name)=\($0.value)" }.joined())
            })
        let body = TestBody.stream(parts, trailers: [TrailerField(name: "Digest", value: "x")])
        #expect(try await client.post("/", body: body).text == "he|llo|Digest=x")
    }

    @Test("Blocking reads of a body that is on its way are refused, as in the gateway")
    func blocking() async throws {
        let read: @Sendable (Request) throws -> [UInt8] = { try $0.body.readAll() }
        let client = TestClient(.asynchronous(streamsBody: true) { Response(body: try read($0)) })
        #expect(try await client.post("/", body: "x").status == .internalServerError)
    }

    @Test("A client that breaks off while it sends is an incomplete body")
    func brokenOff() async throws {
        struct Broken: Error {}
        let seen = Mutex<RequestBodyError?>(nil)
        let client = TestClient(
            .asynchronous(streamsBody: true) { request in
                do { _ = try await request.body.readAll() } catch let error as RequestBodyError {
                    seen.withLock { $0 = error }
                    throw error
                }
                return Response("")
            })
        let parts = AsyncThrowingStream<[UInt8], any Error> { stream in
            stream.yield([1])
            stream.finish(throwing: Broken())
        }
        #expect(try await client.post("/", body: .stream(parts)).status == .badRequest)
        #expect(seen.withLock { $0 } == .incomplete)
        let short = AsyncStream<[UInt8]> { $0.finish() }
        #expect(try await client.post("/", body: .stream(short, length: 3)).status == .badRequest)
    }

    @Test("A body past the limit gets 413, streamed or not", arguments: [false, true])
    func limit(_ streams: Bool) async throws {
        var options = TestOptions()
        options.bodyLimit = 4
        let client = TestClient(
            .asynchronous(streamsBody: streams) { Response(body: try await $0.body.readAll()) },
            options: options)
        #expect(try await client.post("/", body: "1234").text == "1234")
        #expect(try await client.post("/", body: "12345").status == .contentTooLarge)
        let parts = AsyncStream<[UInt8]> { stream in
            for _ in 0..<5 { stream.yield([48]) }
            stream.finish()
        }
        #expect(try await client.post("/", body: .stream(parts)).status == .contentTooLarge)
    }
}
