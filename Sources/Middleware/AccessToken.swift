// Access by a token that a client presents with each request (RFC 6750). Tokens are secrets: how long it takes to refuse one must
// not tell how much of it was right.

import GatewayInterface
import Octets

/// Lets in who presents one of some tokens as `Authorization: Bearer …`. The application finds the name that goes with the
/// token in ``GatewayInterface/Environ/tokenSubject``.
///
///     application.with(accessToken(["ada": "mF_9.B5f-4.1JqM", "nightly-build": "…"]))
///
/// Who presents none or a wrong one gets 401 and `WWW-Authenticate`, who presents one that cannot be read 400 (RFC 6750,
/// §3.1).
///
/// - Parameters:
///   - tokens: Each by the name of who has it. Every one is compared, and each in a time that depends on what the client has
///     sent alone.
///   - realm: What the tokens are for, as clients are told.
public func accessToken(_ tokens: [String: String], realm: String = "application") -> Middleware {
    let secrets = tokens.map { (subject: $0.key, token: Array($0.value.utf8)) }
    return accessToken(realm: realm) { presented in
        let presented = Array(presented.utf8)
        var found: String?
        for (subject, token) in secrets where isSame(presented, token) { found = subject }
        return found
    }
}

/// Lets in who presents a token that is known elsewhere, as `Authorization: Bearer …`; see ``accessToken(_:realm:)``.
///
///     application.with(accessToken { token in digests[digest(of: token)] })
///
/// - Parameters:
///   - realm: What the tokens are for, as clients are told.
///   - subject: Whose token it is; `nil` for nobody's. Called for each request, where an inline handler is called: it must not
///     wait. Look tokens up by their digest: a search by the token itself takes longer the more of it is right.
public func accessToken(
    realm: String = "application", _ subject: @escaping @Sendable (_ token: String) throws -> String?
) -> Middleware {
    let gate = TokenGate(realm: realm)
    return { application in
        application.around(before: { request in
            // What another has left there would be taken for a verified name.
            request.environ[TokenGate.variable] = nil
            switch gate.look(request) {
            case .refused(let answer): return answer
            case .token(let token):
                guard let name = try subject(token) else { return gate.wrongToken }
                request.environ[TokenGate.variable] = name
                return nil
            }
        })
    }
}

/// The same for tokens that have to be awaited, as from a database. The application becomes asynchronous, and an inline
/// handler runs on a thread.
///
///     application.with(accessToken { token in try await database.owner(ofToken: digest(of: token)) })
///
/// - Parameters:
///   - realm: What the tokens are for, as clients are told.
///   - subject: Whose token it is; `nil` for nobody's.
public func accessToken(
    realm: String = "application", _ subject: @escaping @Sendable (_ token: String) async throws -> String?
) -> Middleware {
    let gate = TokenGate(realm: realm)
    return { application in
        let handler = application.awaited
        return .asynchronous(streamsBody: application.streamsBody) { request in
            var request = request
            request.environ[TokenGate.variable] = nil
            switch gate.look(request) {
            case .refused(let answer): return answer
            case .token(let token):
                guard let name = try await subject(token) else { return gate.wrongToken }
                request.environ[TokenGate.variable] = name
                return try await handler(request)
            }
        }
    }
}

extension Environ {
    /// `token.subject`: whose token the request came with, where ``accessToken(_:realm:)`` is around the application.
    public var tokenSubject: String? { self[TokenGate.variable] }
}

/// What the field says, and what is answered to it.
private struct TokenGate: Sendable {
    static let variable = "token.subject"

    enum Look {
        case token(String)
        case refused(Response)
    }

    /// As a quoted string.
    private let realm: String

    init(realm: String) {
        let harmless = realm.unicodeScalars.filter {
            $0 != "\"" && $0 != "\\" && $0.value >= 0x20 && $0.value < 0x7F
        }
        self.realm = "Bearer realm=\"\(String(String.UnicodeScalarView(harmless)))\""
    }

    func look(_ request: Request) -> Look {
        guard let field = request.environ[.authorization] else { return .refused(answer(.unauthorized)) }
        let parts = field.split(separator: " ", maxSplits: 1)
        // Another scheme is no mistake: it is not the one that is asked for.
        guard let scheme = parts.first, scheme.lowercased() == "bearer" else {
            return .refused(answer(.unauthorized))
        }
        let token = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
        guard isToken(token) else { return .refused(answer(.badRequest, error: "invalid_request")) }
        return .token(String(token))
    }

    var wrongToken: Response { answer(.unauthorized, error: "invalid_token") }

    private func answer(_ status: HTTPResponse.Status, error: String? = nil) -> Response {
        var response = Response(status: status, "\(status.reasonPhrase)\n")
        response.fields[.wwwAuthenticate] = realm + (error.map { ", error=\"\($0)\"" } ?? "")
        return response
    }

    /// `b64token` of RFC 6750, §2.1.
    private func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { octet in
                ASCII.isDigit(octet) || ASCII.lowercased(octet) &- UInt8(ascii: "a") < 26
                    || "-._~+/=".utf8.contains(octet)
            }
    }
}

/// Compares in a time that depends on the length of `presented` alone.
private func isSame(_ presented: [UInt8], _ secret: [UInt8]) -> Bool {
    guard !secret.isEmpty else { return false }
    var difference = presented.count ^ secret.count
    for (index, octet) in presented.enumerated() {
        difference |= Int(octet ^ secret[index % secret.count])
    }
    return difference == 0
}
