// A request as the environ that the gateway would make of it.

import GatewayInterface
import HTTP
import Octets

/// What a test asks for.
struct TestRequest: Sendable {
    var method: HTTPRequest.Method
    /// Path and query.
    var target: String
    var fields: HTTPFields
    var body: TestBody
    var environ: [String: String]

    /// Path, query, and the target with what no target may hold percent-encoded, as browsers do.
    private var parts: (path: [UInt8], query: String, target: String) {
        var octets: [UInt8] = []
        for octet in target.utf8 {
            if ASCII.isTarget(octet) { octets.append(octet) } else { octets.append(percentEncoding: octet) }
        }
        let question = octets.firstIndex(of: UInt8(ascii: "?"))
        let query = question.map { String(decoding: octets[($0 + 1)...], as: UTF8.self) } ?? ""
        return (Array(octets[..<(question ?? octets.count)]), query, String(decoding: octets, as: UTF8.self))
    }

    /// The path as it was sent.
    var path: String { String(decoding: parts.path, as: UTF8.self) }

    /// The environ; `nil` where the path is none.
    ///
    /// - Parameters:
    ///   - length: Octets of the body; `nil` where nobody knows.
    ///   - cookies: Of earlier answers.
    func makeEnviron(
        id: Int, length: Int?, cookies: String?, options: TestOptions, services: TestServices
    ) -> Environ? {
        let (path, query, target) = parts
        var decoded = ByteBuffer(capacity: path.count + 1)
        do { try path.withUnsafeBufferPointer { try PathNormalizer.normalize($0, into: &decoded) } } catch {
            return nil
        }
        var variables = [
            "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "GatewayTesting",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "localhost", "SERVER_ADDR": "127.0.0.1", "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "50000", "REQUEST_SCHEME": "http",
            "REQUEST_METHOD": method.rawValue, "REQUEST_URI": target, "QUERY_STRING": query,
            "SCRIPT_NAME": "", "PATH_INFO": String(decoding: decoded.bytes, as: UTF8.self),
            "HTTP_HOST": "localhost", "REQUEST_ID": "test-\(id)",
        ]
        if let length, length > 0 || method == .post || method == .put || method == .patch {
            variables["CONTENT_LENGTH"] = "\(length)"
        }
        variables["CONTENT_TYPE"] = fields[.contentType] ?? body.type
        variables["HTTP_COOKIE"] = cookies
        for field in fields where !Self.isKept(field.name) {
            let octets = field.name.rawName.utf8.map { $0 == 0x2D ? 0x5F : ASCII.uppercased($0) }
            let name = "HTTP_" + String(decoding: octets, as: UTF8.self)
            let separator = field.name == .cookie ? "; " : ", "
            if let value = variables[name], name != "HTTP_HOST" {
                variables[name] = value + separator + field.value
            } else {
                variables[name] = field.value
            }
        }
        variables.merge(options.environ) { $1 }
        variables.merge(environ) { $1 }

        var block = ByteBuffer(capacity: 1024)
        for (name, value) in variables {
            Array("\(name)=\(value)".utf8).withUnsafeBufferPointer { block.appendPair(entry: $0) }
        }
        return Environ(constant: [], request: Array(block.bytes), services: services)
    }

    /// Whether the gateway keeps a field to itself.
    private static func isKept(_ name: HTTPField.Name) -> Bool {
        let kept = [
            "content-type", "content-length", "expect", "proxy", "connection", "keep-alive", "te", "trailer",
            "transfer-encoding", "upgrade", "proxy-connection", "proxy-authorization",
        ]
        return kept.contains(name.canonicalName)
    }
}
