// What passes beyond RFC 9112, and which field names become variables. Each rule that is switched on makes this
// server read a request in a way in which the one before it may not: with the defaults nothing of the kind passes.

import Octets

/// How strictly requests are read. The names of the settings are Gunicorn's.
public struct RequestRules: Equatable, Sendable {
    /// Whether a field value may go on in the next line (RFC 9112, §5.2). Never one of a field that the gateway itself
    /// acts on: a server that does not unfold would see another Transfer-Encoding than we do.
    public var permitsObsoleteFolding = false
    /// Whether a method may be shorter than 3 octets or longer than 20, and hold lower case letters or `#`.
    public var permitsUnconventionalMethod = false
    /// Whether HTTP/1.2 to 1.9 are read as HTTP/1.1 (RFC 9110, §2.5). Another major version is another protocol.
    public var permitsUnconventionalVersion = false
    /// Whether blanks before the colon are overlooked; never in a field that the gateway itself acts on.
    public var stripsHeaderSpaces = false
    /// Whether methods become upper case. One in lower case has to be permitted first.
    public var foldsMethodCase = false
    /// What becomes of names that another name may turn into the same variable.
    public var ambiguousNames = AmbiguousNames.drop
    /// Names, in upper case, that a trusted proxy may send with `_`; `*` is all of them. The same variable under
    /// another spelling is nobody's to send, so that a client cannot take the proxy's place.
    public var forwarderFields: [[UInt8]] = []
    /// Whether the peer is one whose ``forwarderFields`` count.
    public var trustsPeer = false

    /// The strict ones.
    public init() {}
}

/// What becomes of a field whose name holds `_` or `.`: `X_User` and `X-User` are both HTTP_X_USER.
public enum AmbiguousNames: String, CaseIterable, Sendable {
    /// It is left out of the environ.
    case drop
    /// The request is refused.
    case refuse
    /// It becomes the variable all the same, joined to the other.
    case dangerous
}

extension RequestRules {
    /// Whether a field stays out of the environ because of its name.
    ///
    /// - Parameter isAmbiguous: Whether the name holds `_` or `.`.
    func drops(
        _ name: ByteRange, isAmbiguous: Bool, in bytes: Span<UInt8>
    ) throws(RequestError) -> Bool {
        if !forwarderFields.isEmpty {
            for entry in forwarderFields where bytes.isSameVariable(name, entry) {
                if !bytes.isSameName(name, entry) { return true }
                if isAmbiguous, trustsPeer { return FieldName.resembles(name, in: bytes) }
            }
        }
        guard isAmbiguous else { return false }
        if trustsPeer, forwarderFields.contains([UInt8(ascii: "*")]) {
            return FieldName.resembles(name, in: bytes)
        }
        switch ambiguousNames {
        case .drop: return true
        case .refuse: throw .ambiguousFieldName
        // Content_Length must never stand beside, or for, the real one.
        case .dangerous: return FieldName.resembles(name, in: bytes)
        }
    }
}

extension FieldName {
    /// Whether folded lines and blanks before the colon, where they are permitted, are so for this field: only the
    /// application reads it.
    var isApplicationsOwn: Bool {
        switch self {
        case .other, .contentType, .cookie: true
        default: false
        }
    }

    /// Whether a name becomes the one of a field that the gateway knows when `_` and `.` are read as `-`.
    static func resembles(_ name: ByteRange, in bytes: Span<UInt8>) -> Bool {
        guard name.count <= 32 else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { memory in
            for offset in 0..<name.count { memory[offset] = bytes[name.start + offset].asHyphen }
            let range = ByteRange(0, name.count)
            return recognise(range, in: UnsafeBufferPointer(rebasing: memory[..<name.count]).span) != .other
        }
    }
}

extension UInt8 {
    /// `-` for what becomes `_` in the name of a variable, here or in an application's language.
    fileprivate var asHyphen: UInt8 {
        self == UInt8(ascii: "_") || self == UInt8(ascii: ".") ? UInt8(ascii: "-") : self
    }
}

extension Span where Element == UInt8 {
    /// Whether a name is spelled as `entry`, which is in upper case.
    fileprivate func isSameName(_ name: ByteRange, _ entry: [UInt8]) -> Bool {
        guard name.count == entry.count else { return false }
        for offset in 0..<entry.count where ASCII.uppercased(self[name.start + offset]) != entry[offset] {
            return false
        }
        return true
    }

    /// Whether a name and `entry` become the same variable.
    fileprivate func isSameVariable(_ name: ByteRange, _ entry: [UInt8]) -> Bool {
        guard name.count == entry.count else { return false }
        for offset in 0..<entry.count
        where ASCII.uppercased(self[name.start + offset]).asHyphen != entry[offset].asHyphen {
            return false
        }
        return true
    }

    /// Whether two field names become the same variable (RFC 3875, §4.1.18).
    public func isSameVariable(_ first: ByteRange, _ second: ByteRange) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count {
            let (a, b) = (self[first.start + offset], self[second.start + offset])
            guard a == b || ASCII.lowercased(a).asHyphen == ASCII.lowercased(b).asHyphen else { return false }
        }
        return true
    }
}
