// Why a connection ends, as a number (RFC 6455, §7.4; the registry of IANA for what came later).

/// A status code of a close frame.
public struct CloseCode: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt16

    /// Any number, also one that may not be sent.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// It has done what it was for.
    public static let normal = CloseCode(rawValue: 1000)
    /// A server goes down, or a page is left.
    public static let goingAway = CloseCode(rawValue: 1001)
    /// The other end has broken the protocol.
    public static let protocolError = CloseCode(rawValue: 1002)
    /// A kind of message that is not taken: binary where text is expected.
    public static let unsupportedData = CloseCode(rawValue: 1003)
    /// Stands for a close frame without a code. Never on the wire.
    public static let noStatus = CloseCode(rawValue: 1005)
    /// Stands for a connection that ended without a close frame. Never on the wire.
    public static let abnormal = CloseCode(rawValue: 1006)
    /// Text that is no UTF-8, or the like.
    public static let invalidData = CloseCode(rawValue: 1007)
    /// Whatever has no code of its own.
    public static let policyViolation = CloseCode(rawValue: 1008)
    /// A message that is larger than it may be.
    public static let messageTooLarge = CloseCode(rawValue: 1009)
    /// A client misses an extension.
    public static let missingExtension = CloseCode(rawValue: 1010)
    /// The server cannot go on.
    public static let internalError = CloseCode(rawValue: 1011)
    /// The server starts again: come back (IANA's registry).
    public static let serviceRestart = CloseCode(rawValue: 1012)
    /// The server has too much to do: come back later (IANA's registry).
    public static let tryAgainLater = CloseCode(rawValue: 1013)

    /// Whether a close frame may carry it (§7.4.1, §7.4.2): 1000 to 1003 and 1007 to 1014, which are registered; 3000 to 3999 for
    /// libraries and 4000 to 4999 for applications.
    public var isAllowedOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// What a close frame says (§5.5.1).
public struct CloseFrame: Equatable, Sendable {
    /// Why; `nil` where the frame says nothing.
    public let code: CloseCode?
    /// For people who look for mistakes. At most 123 octets of UTF-8.
    public let reason: String

    /// - Parameters:
    ///   - code: One that may not be sent, as 1005 and 1006, is left out, and so is the reason where there is no code.
    ///   - reason: What does not fit is cut off, between two characters.
    public init(_ code: CloseCode?, reason: String = "") {
        self.code = code.flatMap { $0.isAllowedOnWire ? $0 : nil }
        self.reason = self.code == nil ? "" : Self.cut(reason)
    }

    /// Of the payload of a close frame, without its mask.
    init(payload: UnsafeBufferPointer<UInt8>) throws(WebSocketError) {
        guard payload.count > 0 else {
            self.init(nil)
            return
        }
        guard payload.count >= 2 else { throw .closeCodeCut }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isAllowedOnWire else { throw .closeCodeNotAllowed(code) }
        let reason = UnsafeBufferPointer(rebasing: payload[2...])
        var validator = UTF8Validator()
        guard validator.take(reason), validator.isBetweenCharacters else { throw .invalidUTF8 }
        self.init(code, reason: String(decoding: reason, as: UTF8.self))
    }

    /// The payload of the frame.
    var payload: [UInt8] {
        guard let code else { return [] }
        return [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)] + reason.utf8
    }

    private static func cut(_ reason: String) -> String {
        let most = mostControlOctets - 2
        guard reason.utf8.count > most else { return reason }
        var scalars = String.UnicodeScalarView()
        var count = 0
        for scalar in reason.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= most else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
