// What stands between an application's answer and the client where the answer may be compressed. It reads the head, keeps back
// the fields whose value depends on what is decided, and has the encoder once there is one. When the head ends is the
// exchange's affair.

import Compression
import GatewayInterface
import HTTP
import Octets
import Routing

/// The compression of one answer; used again for others.
final class AnswerCoding {
    private let stock: EncoderStock
    private(set) var policy: CompressionPolicy?
    /// What the client gets if the answer is compressed; `nil` where it wants none of what there is.
    private(set) var choice: ContentCoding?
    private var refusesIdentity = false
    /// Whether the answer tells that a body is there still, unchanged (304).
    private var isUnchanged = false
    /// The length that the application has announced.
    private(set) var announced: UInt64?
    /// Octets of the body that may still come, and, with ``announced``, have to.
    var remaining = UInt64.max

    // What the fields say.
    private var hasType = false
    private var isRefused = false
    // Values that are kept back.
    private var entityTag = ByteBuffer()
    private var ranges = ByteBuffer()
    private var vary = ByteBuffer()
    private var variesByEncoding = false

    /// As long as the body is being compressed.
    private(set) var encoder: (any StreamEncoder)?
    /// What the encoder has made and nobody has sent.
    var encoded = ByteBuffer()
    /// Whether the encoder may have something that was not flushed.
    var isDirty = false

    init(stock: EncoderStock) { self.stock = stock }

    // MARK: The head

    /// Begins with the head of an answer; ``look(_:_:)`` at each of its fields follows, then ``isPossible``.
    func begin(
        _ policy: CompressionPolicy, status: Int, length: UInt64?,
        acceptEncoding: UnsafeBufferPointer<UInt8>?
    ) {
        self.policy = policy
        let accepted = AcceptEncoding(acceptEncoding)
        choice = accepted.choice(among: policy.codings)
        refusesIdentity = accepted.refusesIdentity
        announced = length
        remaining = length ?? .max
        isUnchanged = status == 304
        // A part of a body is one of the body as it is.
        isRefused = !(200..<300 ~= status || isUnchanged) || [204, 205, 206].contains(status)
    }

    /// Looks at a field of the answer.
    func look(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let (span, all) = (name.span, ByteRange(0, name.count))
        func isNamed(_ text: StaticString) -> Bool { span.matches(all, lowercase: text) }
        switch name.count {
        case 6: if isNamed("digest") { isRefused = true }
        case 11: if isNamed("content-md5") || isNamed("repr-digest") { isRefused = true }
        case 12:
            guard isNamed("content-type") else { return }
            if policy?.wants(value) == true { hasType = true } else { isRefused = true }
        case 13:
            if isNamed("content-range") { isRefused = true }
            if isNamed("cache-control"), FieldList.contains("no-transform", in: value) { isRefused = true }
        case 14: if isNamed("content-digest") { isRefused = true }
        // `identity` too: so an application says no for one answer.
        case 16: if isNamed("content-encoding") { isRefused = true }
        default: break
        }
    }

    /// Whether an answer with these fields may be compressed, for one client or another.
    ///
    /// A 304 seldom says of what type the body is that the client has, and must have the Vary of the 200 (RFC 9110, §15.4.5): a
    /// cache that takes over an application's own Vary without `Accept-Encoding` would hand compressed octets to who cannot read
    /// them. One field too much costs a cache a second copy. So it counts as one of a type that is wanted, unless it
    /// says what cannot be compressed.
    var isPossible: Bool { !isRefused && (hasType || isUnchanged) }

    /// Whether a field is `Content-Encoding: identity`, which must not be sent (RFC 9110, §8.4.1).
    static func isIdentity(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        name.span.matches(ByteRange(0, name.count), lowercase: "content-encoding")
            && value.span.matches(ByteRange(0, value.count), lowercase: "identity")
    }

    /// Keeps a field back that depends on what is decided.
    func holds(
        _ kind: CGIFieldName, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        switch kind {
        case .etag where entityTag.isEmpty:
            entityTag.append(value)
        case .ranges:
            // Content-Range would have refused the whole.
            if !ranges.isEmpty { ranges.append(", ") }
            ranges.append(value)
        case .other where name.span.matches(ByteRange(0, name.count), lowercase: "vary"):
            if FieldList.contains("accept-encoding", in: value) || FieldList.contains("*", in: value) {
                variesByEncoding = true
            }
            if !vary.isEmpty, value.count > 0 { vary.append(", ") }
            vary.append(value)
        default: return false
        }
        return true
    }

    /// Appends Vary: whatever this client gets, another one may get something else (RFC 9110, §12.5.5).
    func appendVary(to output: inout ByteBuffer) {
        output.append("Vary: ")
        output.append(vary.bytes)
        if !variesByEncoding { output.append(vary.isEmpty ? "Accept-Encoding" : ", Accept-Encoding") }
        output.append("\r\n")
    }

    /// Whether the client is to get a compressed body.
    ///
    /// - Parameter length: Of the body; `nil` where it is not known.
    func isWanted(length: UInt64?) -> Bool {
        guard choice != nil, let policy, !isUnchanged else { return false }
        guard let length, !refusesIdentity else { return true }
        return length >= policy.minimum
    }

    /// Appends what was kept back, for a body that is compressed: it is equal to the original one but not octet by octet, which
    /// is what a weak entity tag says (RFC 9110, §8.8.3), and it has no ranges.
    func appendFields(coded choice: ContentCoding?, to output: inout ByteBuffer) {
        if let choice {
            output.append("Content-Encoding: ")
            output.append(choice.token)
            output.append("\r\n")
        }
        appendEntityTag(isWeak: true, to: &output)
    }

    /// Appends what was kept back, for a body that is not.
    ///
    /// - Parameter known: The entity tags that the client knows. Of a body that was compressed it knows the weak one.
    func appendPlainFields(known: UnsafeBufferPointer<UInt8>?, to output: inout ByteBuffer) {
        appendEntityTag(isWeak: isUnchanged && isKnownAsWeak(known), to: &output)
        guard !ranges.isEmpty else { return }
        output.append("Accept-Ranges: ")
        output.append(ranges.bytes)
        output.append("\r\n")
    }

    private func appendEntityTag(isWeak: Bool, to output: inout ByteBuffer) {
        guard !entityTag.isEmpty else { return }
        output.append("ETag: ")
        if isWeak, entityTag.bytes.first == UInt8(ascii: "\"") { output.append("W/") }
        output.append(entityTag.bytes)
        output.append("\r\n")
    }

    private func isKnownAsWeak(_ known: UnsafeBufferPointer<UInt8>?) -> Bool {
        guard let known else { return false }
        var isKnown = false
        FieldList.forEach(in: known) { tag in
            guard tag.count == entityTag.count + 2, tag[0] == UInt8(ascii: "W"), tag[1] == ASCII.slash else {
                return
            }
            if tag.dropFirst(2).elementsEqual(entityTag.bytes) { isKnown = true }
        }
        return isKnown
    }

    // MARK: The body

    /// Gets an encoder.
    ///
    /// - Returns: Whether there is one: a worker has so many and no more.
    func open() -> Bool {
        guard let choice, let policy else { return false }
        encoder = stock.take(choice, level: policy.level)
        return encoder != nil
    }

    /// The body is complete, or never will be.
    func closeEncoder() {
        if let encoder { stock.giveBack(encoder) }
        encoder = nil
        isDirty = false
    }

    /// Gets ready for another answer.
    func release() {
        closeEncoder()
        policy = nil
        (hasType, isRefused, variesByEncoding) = (false, false, false)
        entityTag.clear(keeping: 256)
        ranges.clear(keeping: 64)
        vary.clear(keeping: 256)
        encoded.clear(keeping: 65_536)
        stock.giveBack(self)
    }
}
