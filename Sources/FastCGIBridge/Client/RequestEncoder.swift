// The gateway's half of an exchange as records. BEGIN_REQUEST, PARAMS and, for a request without a body, the end
// of STDIN must leave in one write: libfcgi does not drain what arrives later and takes it for the next request.

import CFastCGI
import GatewayInterface
import Octets

/// Appends the records of a request.
public enum RequestEncoder {
    /// The id of every request: one at a time a connection, because no application library multiplexes.
    public static var requestID: UInt16 { 1 }

    /// What an application is asked to be (FastCGI 1.0, §6). A filter would get a file of the server beside the request; no
    /// application library that matters offers it, and middleware does its work.
    public enum Role: Sendable {
        /// FCGI_RESPONDER
        case responder
        /// FCGI_AUTHORIZER
        case authorizer
    }

    /// BEGIN_REQUEST (FastCGI 1.0, §5.1).
    public static func appendBegin(
        _ role: Role = .responder, keepsConnection: Bool, to output: inout ByteBuffer
    ) {
        output.append(RecordHeader(type: .beginRequest, requestID: requestID, contentLength: 8))
        let body = output.spare(8)
        for index in 0..<8 { body[index] = 0 }
        body[1] = UInt8(role == .responder ? FCGI_RESPONDER : FCGI_AUTHORIZER)
        body[2] = keepsConnection ? UInt8(FCGI_KEEP_CONN) : 0
        output.commit(8)
    }

    /// PARAMS records of whole pairs (§5.2): php-cgi drops a request whose pair is split over two records.
    /// A single pair larger than a record has to be split all the same.
    public static func appendParams(_ block: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
        guard block.count > RecordHeader.contentLimit else {
            return appendRecord(.params, block, to: &output)
        }
        var pairs = NameValuePairs(block)
        var start = 0
        var end = 0
        while pairs.next() != nil {
            if pairs.offset - start > RecordHeader.contentLimit {
                appendSplit(.params, UnsafeBufferPointer(rebasing: block[start..<end]), to: &output)
                start = end
            }
            end = pairs.offset
        }
        appendSplit(.params, UnsafeBufferPointer(rebasing: block[start..<end]), to: &output)
    }

    /// The empty record that ends PARAMS.
    public static func appendParamsEnd(to output: inout ByteBuffer) {
        output.append(RecordHeader(type: .params, requestID: requestID, contentLength: 0))
    }

    /// STDIN records (§5.3).
    public static func appendStdin(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
        appendSplit(.stdin, bytes, to: &output)
    }

    /// The empty record that ends STDIN.
    public static func appendStdinEnd(to output: inout ByteBuffer) {
        output.append(RecordHeader(type: .stdin, requestID: requestID, contentLength: 0))
    }

    /// ABORT_REQUEST (§5.4): nobody wants the answer any more.
    public static func appendAbort(to output: inout ByteBuffer) {
        output.append(RecordHeader(type: .abortRequest, requestID: requestID, contentLength: 0))
    }

    /// GET_VALUES (§4.1) for the three variables that every application knows. It carries padding because libfcgi
    /// waits for more input when a management record has none.
    public static func appendGetValues(to output: inout ByteBuffer) {
        var names = ByteBuffer(capacity: 64)
        names.appendPair("FCGI_MAX_CONNS", "")
        names.appendPair("FCGI_MAX_REQS", "")
        names.appendPair("FCGI_MPXS_CONNS", "")
        let padding = 8 - names.count % 8
        output.append(
            RecordHeader(
                type: .getValues, requestID: 0, contentLength: names.count, paddingLength: padding))
        output.append(names.bytes)
        for _ in 0..<padding { output.append(0) }
    }

    private static func appendSplit(
        _ type: RecordType, _ bytes: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        var start = 0
        while start < bytes.count {
            let end = min(start + RecordHeader.contentLimit, bytes.count)
            appendRecord(type, UnsafeBufferPointer(rebasing: bytes[start..<end]), to: &output)
            start = end
        }
    }

    /// An empty record would end the stream, so none is written for no bytes.
    private static func appendRecord(
        _ type: RecordType, _ bytes: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        guard bytes.count > 0 else { return }
        output.append(RecordHeader(type: type, requestID: requestID, contentLength: bytes.count))
        output.append(bytes)
    }
}
