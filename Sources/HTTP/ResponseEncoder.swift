// Writes response heads and chunks. The framing is chosen here and nowhere else: an application says what it
// has, the gateway says how it travels (RFC 9112, §6).

import Octets

/// How the end of a response body is marked.
public enum ResponseFraming: Equatable, Sendable {
    /// The status forbids a body; no framing field is sent.
    case forbidden
    /// Content-Length.
    case length(UInt64)
    /// Transfer-Encoding: chunked.
    case chunked
    /// The connection's end: all that HTTP/1.0 has for a body of unknown length.
    case untilClose
    /// An answer to HEAD that does not know the length of the body it leaves out.
    case unstated

    /// Chooses for a final response.
    ///
    /// - Parameters:
    ///   - status: The final status, 200 to 999.
    ///   - length: The body's length where it is known; for HEAD, that of the body left out.
    ///   - minorVersion: Of the request.
    ///   - isHead: Whether the request's method was HEAD.
    public static func choose(
        status: Int, length: UInt64?, minorVersion: UInt8, isHead: Bool
    ) -> ResponseFraming {
        if Status.forbidsBody(status) { return .forbidden }
        if Status.isEmpty(status) { return .length(0) }
        if let length { return .length(length) }
        if isHead { return .unstated }
        return minorVersion == 1 ? .chunked : .untilClose
    }
}

/// Writes the parts of a response into a buffer.
public enum ResponseEncoder {
    /// The status line (RFC 9112, §4).
    @inlinable
    public static func appendStatusLine(_ status: Int, to output: inout ByteBuffer) {
        if status == 200 { return output.append("HTTP/1.1 200 OK\r\n") }
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(status))
        output.append(ASCII.space)
        output.append(Status.reason(status))
        output.append("\r\n")
    }

    /// The status line with an application's own reason phrase, which must hold field value bytes only.
    public static func appendStatusLine(
        _ status: Int, reason: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(status))
        output.append(ASCII.space)
        output.append(reason)
        output.append("\r\n")
    }

    /// A field line; name and value have been checked by the caller.
    @inlinable
    public static func appendField(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        output.append(name)
        output.append(": ")
        output.append(value)
        output.append("\r\n")
    }

    /// What an answer with status 426 says about other protocols, which it must (RFC 9110, §15.5.22), and which has to be named
    /// in Connection (§7.8). Of the fields that are about the connection every other one is the gateway's alone.
    public static func appendUpgrade(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        guard name.span.matches(ByteRange(0, name.count), lowercase: "upgrade") else { return }
        appendField(name, value, to: &output)
        output.append("Connection: upgrade\r\n")
    }

    /// Framing and persistence, and the empty line that ends the head.
    ///
    /// - Parameter keepsAlive: Whether another request may follow; HTTP/1.0 clients must be told so.
    @inlinable
    public static func appendEnd(
        framing: ResponseFraming, keepsAlive: Bool, minorVersion: UInt8, to output: inout ByteBuffer
    ) {
        switch framing {
        case .forbidden, .untilClose, .unstated: break
        case .length(let count):
            output.append("Content-Length: ")
            output.append(decimal: count)
            output.append("\r\n")
        case .chunked: output.append("Transfer-Encoding: chunked\r\n")
        }
        if !keepsAlive {
            output.append("Connection: close\r\n\r\n")
        } else if minorVersion == 0 {
            output.append("Connection: keep-alive\r\n\r\n")
        } else {
            output.append("\r\n")
        }
    }

    /// The line before a chunk's data; write `\r\n` after the data. `count` is never 0: that would end the body.
    @inlinable
    public static func appendChunkSize(_ count: Int, to output: inout ByteBuffer) {
        Digits.hexadecimal(UInt64(count)) { digits in output.append(digits) }
        output.append("\r\n")
    }

    /// The chunk that ends a body.
    public static let lastChunk: StaticString = "0\r\n\r\n"

    /// `100 Continue` (RFC 9110, §15.2.1).
    public static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
}
