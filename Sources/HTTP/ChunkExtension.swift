// `chunk-ext` of RFC 9112, §7.1.1, octet by octet. Extensions mean nothing to us; they are read to the letter all the same,
// because a server that only looks for the end of the line, and takes another octet for it, sees another body.

import Octets

/// The extensions of one chunk, from the first `;` on.
struct ChunkExtension: Equatable, Sendable {
    private enum State {
        case name, inName, afterName, value, inValue, afterValue, quoted, escaped, closed
    }

    /// Octets of the extensions of one chunk. A signed upload (AWS) has 85.
    static let limit = 1024
    /// Octets of all extensions of one body, and so of what a client can make the gateway read for nothing.
    static let totalLimit = 16_384

    private var state = State.name

    /// Takes one octet behind the first `;`.
    ///
    /// - Returns: Whether it is the carriage return that ends the line.
    /// - Throws: ``RequestError/malformedBody``.
    mutating func takes(_ byte: UInt8) throws(RequestError) -> Bool {
        switch state {
        case .name:
            if ASCII.isToken(byte) { state = .inName } else { try requireBlank(byte) }
        case .inName:
            if ASCII.isToken(byte) { return false }
            return try separate(byte, blank: .afterName, equals: .value)
        case .afterName:
            // White space that a sender must not send, and that a recipient must take (RFC 9110, §5.6.3: BWS).
            if ASCII.isBlank(byte) { return false }
            guard byte != ASCII.carriageReturn else { throw .malformedBody }
            return try separate(byte, blank: .afterName, equals: .value)
        case .value:
            if byte == UInt8(ascii: "\"") {
                state = .quoted
            } else if ASCII.isToken(byte) {
                state = .inValue
            } else {
                try requireBlank(byte)
            }
        case .inValue:
            if ASCII.isToken(byte) { return false }
            return try separate(byte, blank: .afterValue, equals: nil)
        case .afterValue:
            if ASCII.isBlank(byte) { return false }
            guard byte == UInt8(ascii: ";") else { throw .malformedBody }
            state = .name
        case .quoted:
            guard ASCII.isFieldValue(byte) else { throw .malformedBody }
            if byte == UInt8(ascii: "\"") { state = .closed }
            if byte == UInt8(ascii: "\\") { state = .escaped }
        case .escaped:
            guard ASCII.isFieldValue(byte) else { throw .malformedBody }
            state = .quoted
        case .closed: return try separate(byte, blank: .afterValue, equals: nil)
        }
        return false
    }

    private func requireBlank(_ byte: UInt8) throws(RequestError) {
        guard ASCII.isBlank(byte) else { throw .malformedBody }
    }

    /// What may follow a name or a value.
    private mutating func separate(
        _ byte: UInt8, blank: State, equals: State?
    ) throws(RequestError) -> Bool {
        switch byte {
        case ASCII.carriageReturn: return true
        case UInt8(ascii: ";"): state = .name
        case UInt8(ascii: "="):
            guard let equals else { throw .malformedBody }
            state = equals
        default:
            try requireBlank(byte)
            state = blank
        }
        return false
    }
}
