// 103 Early Hints (RFC 8297): what an application says before its answer, for a client that can make use of it while
// the application still thinks.

import GatewayInterface
import HTTP
import Octets

extension Exchange {
    /// Passes on an interim head, which is in ``head``. It leaves with the next ``flush()``.
    ///
    /// - Parameter bytes: What the head's offsets mean.
    func sendEarlyHints(_ bytes: UnsafeBufferPointer<UInt8>) throws(CGIResponseError) {
        response.hintCount += 1
        guard response.hintCount <= CGIResponseHead.hintLimit else { throw .tooManyHints }
        // HTTP/1.0 has no interim responses: its clients would take one for the answer.
        // An authorizer has nothing to say to a client that it may yet refuse.
        guard minorVersion > 0, authorization != .asked, let connection,
            head.fields.contains(where: { $0.kind.isHint })
        else {
            return
        }
        connection.write { output in
            ResponseEncoder.appendStatusLine(head.status, to: &output)
            for field in head.fields where field.kind.isHint {
                ResponseEncoder.appendField(bytes[field.name], bytes[field.value], to: &output)
            }
            output.append("\r\n")
        }
    }
}
