import GatewayInterface
import Octets

/// The meta-variables of one request (RFC 3875, §4.1), as a script may get them.
struct ScriptParams: Equatable {
    /// Pairs that a request may have: more would only serve to keep the responder busy.
    static let pairLimit = 1000
    /// Octets of all pairs: no honest request comes near it, and exec(2) takes not much more.
    static let octetLimit = 524_288

    struct Pair: Equatable {
        let name: [UInt8]
        let value: [UInt8]
    }

    private(set) var pairs: [Pair] = []

    /// - Throws: For what cannot be an environment: a pair that is cut off, a name that is empty or holds `=`, a NUL
    ///   anywhere; and for too many pairs.
    init(decoding block: UnsafeBufferPointer<UInt8>) throws(ScriptRefusal) {
        var decoder = NameValuePairs(block)
        var count = 0
        var names: Set<[UInt8]> = []
        while let pair = decoder.next() {
            let name = Array(block[pair.name])
            let value = Array(block[pair.value])
            guard !name.isEmpty, !name.contains(UInt8(ascii: "=")), !name.contains(0), !value.contains(0)
            else { throw .malformed }
            guard count < Self.pairLimit else { throw .tooMany }
            count += 1
            // Of two values the first one counts, for our decisions and for the script's alike.
            if names.insert(name).inserted { pairs.append(Pair(name: name, value: value)) }
        }
        guard decoder.offset == block.count else { throw .malformed }
    }

    subscript(name: [UInt8]) -> [UInt8]? { pairs.first { $0.name == name }?.value }

    /// A value; `nil` for one that is not set, and for one that is empty (RFC 3875, §4.1: the same).
    subscript(name: StaticString) -> [UInt8]? {
        let name = Self.octets(name)
        return self[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Sets a value, or removes it.
    mutating func set(_ name: StaticString, _ value: [UInt8]?) {
        let name = Self.octets(name)
        pairs.removeAll { $0.name == name }
        if let value { pairs.append(Pair(name: name, value: value)) }
    }

    static func octets(_ text: StaticString) -> [UInt8] {
        Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
