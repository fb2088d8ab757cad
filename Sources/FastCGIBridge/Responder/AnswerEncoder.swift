// What an application says, as records. The counterpart of ResponseDecoder.

import CFastCGI
import GatewayInterface
import Octets

/// Appends the records of an answer.
public enum AnswerEncoder {
    /// STDOUT records; none for no bytes, because an empty one is the end (§5.3).
    public static func appendStdout(
        _ bytes: UnsafeBufferPointer<UInt8>, id: UInt16, to output: inout ByteBuffer
    ) {
        append(.stdout, bytes, id, to: &output)
    }

    /// STDERR records.
    public static func appendStderr(
        _ bytes: UnsafeBufferPointer<UInt8>, id: UInt16, to output: inout ByteBuffer
    ) {
        append(.stderr, bytes, id, to: &output)
    }

    /// The empty record that ends STDOUT.
    public static func appendStdoutEnd(id: UInt16, to output: inout ByteBuffer) {
        output.append(RecordHeader(type: .stdout, requestID: id, contentLength: 0))
    }

    /// END_REQUEST (§5.5).
    ///
    /// - Parameter applicationStatus: The exit code of what answered.
    public static func appendEnd(
        id: UInt16, _ status: ProtocolStatus, applicationStatus: UInt32, to output: inout ByteBuffer
    ) {
        output.append(RecordHeader(type: .endRequest, requestID: id, contentLength: 8))
        for shift in [24, 16, 8, 0] as [UInt32] {
            output.append(UInt8(truncatingIfNeeded: applicationStatus >> shift))
        }
        output.append(status.rawValue)
        for _ in 0..<3 { output.append(0) }
    }

    /// GET_VALUES_RESULT (§4.1): of the names that were asked for, those that are known, each once.
    ///
    /// - Parameters:
    ///   - names: The content of the GET_VALUES record.
    ///   - connections: Connections that are accepted at once.
    ///   - requests: Requests that are answered at once.
    public static func appendValues(
        answering names: UnsafeBufferPointer<UInt8>, connections: Int, requests: Int,
        to output: inout ByteBuffer
    ) {
        var values = ByteBuffer(capacity: 64)
        let known: [(StaticString, Int)] = [
            ("FCGI_MAX_CONNS", connections), ("FCGI_MAX_REQS", requests), ("FCGI_MPXS_CONNS", 0),
        ]
        for (name, value) in known where NameValuePairs.value(of: name, in: names) != nil {
            values.appendPair(name, decimal: UInt64(max(0, value)))
        }
        output.append(
            RecordHeader(
                type: .getValuesResult, requestID: UInt16(FCGI_NULL_REQUEST_ID), contentLength: values.count))
        output.append(values.bytes)
    }

    /// UNKNOWN_TYPE (§4.2).
    public static func appendUnknownType(_ type: UInt8, to output: inout ByteBuffer) {
        output.append(
            RecordHeader(type: .unknownType, requestID: UInt16(FCGI_NULL_REQUEST_ID), contentLength: 8))
        output.append(type)
        for _ in 0..<7 { output.append(0) }
    }

    private static func append(
        _ type: RecordType, _ bytes: UnsafeBufferPointer<UInt8>, _ id: UInt16, to output: inout ByteBuffer
    ) {
        var start = 0
        while start < bytes.count {
            let end = min(start + RecordHeader.contentLimit, bytes.count)
            output.append(RecordHeader(type: type, requestID: id, contentLength: end - start))
            output.append(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
    }
}
