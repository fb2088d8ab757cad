import GatewayInterface
import Octets
import Syscalls

/// The head of an answer, as it is sent.
struct TestHead: Sendable {
    let status: HTTPResponse.Status
    let fields: ResponseFields

    /// - Parameter length: Octets of the body, where that is known.
    init(_ answer: Response, length: Int?) {
        status = answer.status
        var fields = ResponseFields()
        for (name, value) in answer.fields.endToEnd where Self.isSent(name) { fields.append(name, value) }
        if let length, answer.mayHaveBody { fields.append(.contentLength, "\(length)") }
        self.fields = fields
    }

    /// Whether a field is the application's to send, and not an order for the server.
    private static func isSent(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { name in
            switch CGIFieldName.recognise(ByteRange(0, name.count), in: name.span) {
            case .hopByHop where name.span.matches(ByteRange(0, name.count), lowercase: "upgrade"): true
            case .hopByHop, .contentLength, .status, .sendfile, .accelRedirect, .accelBuffering, .accel: false
            default: true
            }
        }
    }
}

/// A file as a body.
enum TestFile {
    case bytes([UInt8])
    case refused(HTTPResponse.Status, String)

    /// Octets that it may have: it is read whole.
    private static let limit = 1 << 30

    static func read(_ path: String) -> TestFile {
        do throws(SyscallError) { return .bytes(try Files.content(path, limit: limit)) } catch {
            return Files.isPermissionDenied(error.code)
                ? .refused(403, "This may not be read.") : .refused(404, "There is nothing here.")
        }
    }
}
