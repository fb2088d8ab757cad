import GatewayInterface
import Octets

/// Gives each request a name, for logs on both sides: `REQUEST_ID` in the environ, and a field of the answer.
///
///     application.with(requestID())
///
/// Within the gateway the name is the gateway's own, which its log has too. Under a web server that gives none, it is 16
/// random hexadecimal digits. What fails is answered by the server, which has its own name for it or none.
///
/// - Parameter field: The field of the answer. One that the application has set stays.
public func requestID(field: String = "X-Request-ID") -> Middleware {
    { application in
        application.around(
            before: { request in
                if !isUsable(request.requestID) { request.environ["REQUEST_ID"] = makeID() }
                return nil
            },
            after: { request, response in
                if response.fields[field] == nil { response.fields[field] = request.requestID }
            })
    }
}

/// Whether a server's name for a request can stand in a field. Many servers take it from whoever asks.
private func isUsable(_ id: String?) -> Bool {
    guard let id, !id.isEmpty, id.utf8.count <= 128 else { return false }
    return id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
}

private func makeID() -> String {
    let number = UInt64.random(in: .min ... .max)
    return Digits.hexadecimal(number) { digits in
        String(repeating: "0", count: max(0, 16 - digits.count)) + String(decoding: digits, as: UTF8.self)
    }
}
