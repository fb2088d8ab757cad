// Compression of answers for programs under a server that does not compress. What may be compressed and for whom is decided here
// (RFC 9110, §8.4 and §12.5), the coding itself is done elsewhere.

import Compression
import GatewayInterface
import HTTP
import Octets

/// Compresses answers with gzip for clients that accept it.
///
///     application.with(gzip())
///
/// It is for programs under other servers: the gateway's own `--compress` does more, and does it better. Octets and streams
/// are compressed, and a stream is flushed after each part that it writes; files are left to the server. Nothing is done to an answer
/// that has a `Content-Encoding` (say `identity` to keep one as it is) or `Cache-Control: no-transform`, to a part of a body
/// (206), to errors, and to types that are not named, such as `text/event-stream`. A strong entity tag becomes a weak one.
///
/// A secret and text of a stranger in one compressed body give the secret away by its length (BREACH).
///
/// - Parameters:
///   - minimum: Octets; a body that is shorter would hardly become smaller.
///   - level: 1 is quick, 9 is small.
///   - types: Media types in lower case; `text/*` is all that begin so.
public func gzip(
    minimum: Int = 1024, level: Int = 4, types: [String] = CompressibleTypes.usual
) -> Middleware {
    let policy = GzipPolicy(minimum: minimum, level: min(9, max(1, level)), types: CompressibleTypes(types))
    return { application in application.around(after: { policy.compress(&$1, for: $0) }) }
}

private struct GzipPolicy: Sendable {
    let minimum: Int
    let level: Int
    let types: CompressibleTypes

    func compress(_ response: inout Response, for request: Request) {
        guard isPossible(response) else { return }
        // Whatever this client gets, another one may get something else (RFC 9110, §12.5.5).
        addVary(to: &response.fields)
        let isAccepted = request.environ.withBytes(of: "HTTP_ACCEPT_ENCODING") {
            AcceptEncoding($0).choice(among: [.gzip]) != nil
        }
        guard isAccepted else { return }
        switch response.body {
        case .bytes(let bytes) where bytes.count >= minimum:
            guard let body = compressed(bytes) else { return }
            response.body = .bytes(body)
        case .stream(let stream) where (stream.length ?? .max) >= minimum:
            response.body = .stream(GzipSink.stream(stream, level: level))
        default: return
        }
        response.fields["Content-Encoding"] = "gzip"
        response.fields["Accept-Ranges"] = nil
        // Equal to the original one, but not octet by octet (RFC 9110, §8.8.3).
        if let tag = response.fields["ETag"], tag.hasPrefix("\"") { response.fields["ETag"] = "W/" + tag }
    }

    private func isPossible(_ response: Response) -> Bool {
        switch response.body {
        case .bytes, .stream: break
        case .file, .webSocket: return false
        }
        let (status, fields) = (response.status.code, response.fields)
        // What says that a body is unchanged must vary as the body did (RFC 9110, §15.4.5).
        guard 200..<300 ~= status && ![204, 205, 206].contains(status) || status == 304 else { return false }
        // A digest is one of the body as it is.
        let refusing = [
            "Content-Encoding", "Content-Range", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest",
        ]
        guard refusing.allSatisfy({ fields[$0] == nil }), !isFixed(fields) else { return false }
        guard var type = fields["Content-Type"] else { return status == 304 }
        return type.withUTF8 { types.contains($0) }
    }

    private func isFixed(_ fields: ResponseFields) -> Bool {
        guard var value = fields["Cache-Control"] else { return false }
        return value.withUTF8 { FieldList.contains("no-transform", in: $0) }
    }

    private func addVary(to fields: inout ResponseFields) {
        guard var value = fields["Vary"] else { return fields["Vary"] = "Accept-Encoding" }
        let isThere = value.withUTF8 {
            FieldList.contains("accept-encoding", in: $0) || FieldList.contains("*", in: $0)
        }
        if !isThere { fields.append("Vary", "Accept-Encoding") }
    }

    /// - Returns: `nil` where the library has no memory for it: then the body travels as it is.
    private func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var output = ByteBuffer(capacity: bytes.count / 2)
        do throws(EncoderError) {
            let encoder = try GzipEncoder(level: level)
            try bytes.withUnsafeBufferPointer { bytes throws(EncoderError) in
                try encoder.encode(bytes, into: &output)
            }
            try encoder.finish(into: &output)
            return Array(output.bytes)
        } catch {
            return nil
        }
    }
}
