import GatewayTesting
import Middleware
import Testing

@Suite("Access by a token")
struct AccessTokenTests {
    private static let application = Application.inline { Response($0.environ.tokenSubject ?? "nobody") }

    /// The three ways to know a token.
    private static let clients = [
        TestClient(application.with(accessToken(["ada": "mF_9.B5f-4.1JqM", "bob": "b==", "none": ""]))),
        TestClient(application.with(accessToken { known($0) })),
        TestClient(
            application.with(
                accessToken { token in
                    await Task.yield()
                    return known(token)
                })),
    ]

    private static func known(_ token: String) -> String? {
        ["mF_9.B5f-4.1JqM": "ada", "b==": "bob"][token]
    }

    @Test("Who presents a token is let in by name", arguments: 0..<3)
    func letIn(_ index: Int) async throws {
        let client = Self.clients[index]
        for (field, name) in [
            ("Bearer mF_9.B5f-4.1JqM", "ada"), ("bearer b==", "bob"), ("BEARER  b==", "bob"),
        ] {
            #expect(try await client.get("/", fields: [.authorization: field]).text == name)
        }
    }

    @Test(
        "Who presents none, a wrong one or an unreadable one is told so",
        arguments: [
            (nil, 401, nil), ("Basic YTpi", 401, nil), ("", 401, nil), ("Bearer wrong", 401, "invalid_token"),
            ("Bearer b=", 401, "invalid_token"), ("Bearer b===", 401, "invalid_token"),
            ("Bearer", 400, "invalid_request"), ("Bearer ", 400, "invalid_request"),
            ("Bearer a b", 400, "invalid_request"), ("Bearer ä", 400, "invalid_request"),
        ] as [(String?, Int, String?)])
    func refused(_ field: String?, _ status: Int, _ error: String?) async throws {
        for client in Self.clients {
            // By the variable: no client of this test may send all of these octets.
            let environ = field.map { ["HTTP_AUTHORIZATION": $0] } ?? [:]
            let response = try await client.get("/", environ: environ)
            #expect(response.status.code == status)
            let challenge = "Bearer realm=\"application\"" + (error.map { ", error=\"\($0)\"" } ?? "")
            #expect(response[.wwwAuthenticate] == challenge)
        }
    }

    @Test("A name that was there before is not believed")
    func forged() async throws {
        let open = TestClient(
            Self.application.with(accessToken { _ in "ada" }), options: TestOptions())
        let response = try await open.get(
            "/", fields: [.authorization: "Bearer x"], environ: ["token.subject": "root"])
        #expect(response.text == "ada")
    }

    @Test("A realm cannot end its quotes")
    func realm() async throws {
        let client = TestClient(Self.application.with(accessToken([:], realm: "a\"b\\c\r\nd")))
        #expect(try await client.get("/")[.wwwAuthenticate] == "Bearer realm=\"abcd\"")
    }

    @Test("A store that fails is a failure, and lets nobody in")
    func failing() async throws {
        struct Down: Error {}
        let lookup: @Sendable (String) throws -> String? = { _ in throw Down() }
        let client = TestClient(Self.application.with(accessToken(lookup)))
        let response = try await client.get("/", fields: [.authorization: "Bearer x"])
        #expect(response.status == .internalServerError)
    }
}
