// Octets and text as they cross the boundary: lent for the time of a call, and copied by whoever wants them
// for longer.

import CGatewayApplication
import GatewayInterface
import Octets

extension gateway_bytes {
    /// No octets.
    static var none: gateway_bytes { gateway_bytes(start: nil, count: 0) }

    init(_ octets: UnsafeBufferPointer<UInt8>) { self.init(start: octets.baseAddress, count: octets.count) }

    /// Lends octets that live as long as the process.
    init(_ text: StaticString) { self.init(start: text.utf8Start, count: text.utf8CodeUnitCount) }

    /// The octets, while they are lent.
    var octets: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    /// A copy.
    var array: [UInt8] { Array(octets) }

    /// A copy as text, repaired where it is no UTF-8.
    var text: String { String(decoding: octets, as: UTF8.self) }

    /// A copy of a block of pairs.
    var pairs: [(name: String, value: String)] {
        let octets = octets
        var list: [(name: String, value: String)] = []
        var pairs = NameValuePairs(octets)
        while let pair = pairs.next() {
            list.append(
                (
                    String(decoding: octets[pair.name], as: UTF8.self),
                    String(decoding: octets[pair.value], as: UTF8.self)
                ))
        }
        return list
    }
}

extension [UInt8] {
    /// Lends the octets to a call.
    func lend<Result>(_ body: (gateway_bytes) throws -> Result) rethrows -> Result {
        try withUnsafeBufferPointer { try body(gateway_bytes($0)) }
    }
}

extension String {
    /// Lends the text in UTF-8 to a call.
    func lend<Result>(_ body: (gateway_bytes) throws -> Result) rethrows -> Result {
        var text = self
        return try text.withUTF8 { try body(gateway_bytes($0)) }
    }
}

/// Lends pairs to a call.
func lend<Result>(
    _ pairs: some Sequence<(name: String, value: String)>, _ body: (gateway_bytes) throws -> Result
) rethrows -> Result {
    var block = ByteBuffer()
    for (name, value) in pairs { block.appendPair(text: name, value) }
    return try body(gateway_bytes(block.bytes))
}
