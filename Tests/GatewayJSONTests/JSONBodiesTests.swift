import GatewayInterface
import GatewayJSON
import Testing

@Suite("JSON as the body of requests and answers")
struct JSONBodiesTests {
    private struct Item: Codable, Equatable {
        let name: String
        let price: Int
    }

    private func request(_ text: String) -> Request {
        Request(environ: Environ([:]), body: RequestBody(Array(text.utf8)))
    }

    @Test("A value goes out with its media type")
    func answer() throws {
        let response = try Response(status: .created, json: Item(name: "tea", price: 3))
        #expect(response.status == .created && response.fields[.contentType] == "application/json")
        #expect(response.body.bytes == Array(#"{"name":"tea","price":3}"#.utf8))
    }

    @Test("A value comes in; what is none is 400 and says where, what is too large 413")
    func question() async throws {
        #expect(try await request(#"{"name":"tea","price":3}"#).json() == Item(name: "tea", price: 3))
        let error = await #expect(throws: JSONTextError.self) {
            try await request(#"{"name":"tea"}"#).json(as: Item.self)
        }
        #expect(error?.answer.status == .badRequest && error?.path == "price")
        await #expect(throws: RequestBodyError.tooLarge(limit: 3)) {
            try await request(#"{"name":"tea"}"#).json(as: Item.self, limit: 3)
        }
    }
}
