// A Swift application's answer as RFC 3875, §6, has it, for a web server in front of the program. The counterpart is
// CGIResponseParser.

import Octets

extension Response {
    /// Whether it may be sent: a status from 200 to 999, names that are tokens, and values without control characters. An
    /// application that copies a client's text into a field could split the response otherwise.
    public var isValid: Bool {
        guard (200...999).contains(status.code) || isUpgrade else { return false }
        return fields.allSatisfy { field in
            var (name, value) = field
            let hasName = name.withUTF8 { name in
                for byte in name where !ASCII.isToken(byte) { return false }
                return name.count > 0
            }
            return hasName
                && value.withUTF8 { value in
                    for byte in value where !ASCII.isFieldValue(byte) { return false }
                    return true
                }
        }
    }

    /// Whether its status allows a body (RFC 9110, §15.3.5 and §15.4.5).
    public var mayHaveBody: Bool { status.code != 204 && status.code != 304 }

    private var isUpgrade: Bool { if case .webSocket = body { status.code == 101 } else { false } }
}

/// Writes the head of an answer.
public enum CGIResponseEncoder {
    /// Appends Status, the fields and the blank line. What is about a connection, and the length, is not the application's
    /// to say.
    ///
    /// - Parameters:
    ///   - response: One that is valid.
    ///   - length: Octets of its body; `nil` where they are not known.
    public static func append(_ response: Response, length: Int?, to output: inout ByteBuffer) {
        output.append("Status: ")
        output.append(decimal: UInt64(response.status.code))
        // nginx's status line has only what it finds here.
        if !response.status.reasonPhrase.isEmpty {
            output.append(ASCII.space)
            output.append(text: response.status.reasonPhrase)
        }
        output.append("\r\n")
        for field in response.fields.endToEnd {
            var (name, value) = field
            name.withUTF8 { name in
                switch CGIFieldName.recognise(ByteRange(0, name.count), in: name.span) {
                case .hopByHop, .contentLength, .status: return
                // Also what the web server in front is asked to do, such as sending a file.
                default: break
                }
                output.append(name)
                output.append(": ")
                value.withUTF8 { output.append($0) }
                output.append("\r\n")
            }
        }
        if response.mayHaveBody, let length {
            output.append("Content-Length: ")
            output.append(decimal: UInt64(length))
            output.append("\r\n")
        }
        output.append("\r\n")
    }
}
