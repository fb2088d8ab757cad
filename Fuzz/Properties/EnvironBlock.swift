import GatewayInterface
import Octets

/// A block of pairs as an application takes it for its environ.
enum EnvironBlock {
    /// The names in it, which are variables' and stand once each. Values hold nothing that no field holds.
    ///
    /// - Parameter decoded: A variable that is decoded text, in which only NUL is not allowed.
    static func names(
        _ block: UnsafeBufferPointer<UInt8>, decoded: String = "GATEWAY_PREFIX"
    ) throws(Violation) -> [String] {
        var pairs = NameValuePairs(block)
        var names: [String] = []
        while let pair = pairs.next() {
            let octets = block[pair.name]
            try require(
                !octets.isEmpty && octets.allSatisfy(ASCII.isToken)
                    && !octets.contains { ASCII.uppercased($0) != $0 }, "a name is no variable's")
            let name = String(decoding: octets, as: UTF8.self)
            try require(
                block[pair.value].allSatisfy { ASCII.isFieldValue($0) || name == decoded && $0 != 0 },
                "the value of \(name) holds a control character")
            names.append(name)
        }
        try require(pairs.offset == block.count, "the block is not read to its end")
        try require(Set(names).count == names.count, "a name is there twice: \(names.sorted())")
        return names
    }

    /// The names of a request's block and of the constant one before it, which share none.
    static func names(
        _ block: UnsafeBufferPointer<UInt8>, behind constant: [UInt8]
    ) throws(Violation) -> [String] {
        let own = try names(block)
        let before = try constant.withUnsafeBufferPointer { (constant) throws(Violation) in
            try names(constant)
        }
        let shared = Set(own).intersection(before)
        try require(shared.isEmpty, "a name is in both blocks: \(shared.sorted())")
        return own
    }

    /// What a variable is; `nil` where it is not there.
    static func value(_ name: StaticString, _ block: UnsafeBufferPointer<UInt8>) -> String? {
        NameValuePairs.value(of: name, in: block).map { latin($0) }
    }
}
