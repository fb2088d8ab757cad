import GatewayInterface
import Octets

/// Pairs as they stand in an environ.
func encoded(_ pairs: KeyValuePairs<String, String>) -> [UInt8] {
    var block = ByteBuffer(capacity: 64)
    for (name, value) in pairs {
        block.appendPairLengths(name: name.utf8.count, value: value.utf8.count)
        block.append(text: name + value)
    }
    return Array(block.bytes)
}

/// Calls `body` with the octets of a text.
func withOctets<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    Array(text.utf8).withUnsafeBufferPointer(body)
}
