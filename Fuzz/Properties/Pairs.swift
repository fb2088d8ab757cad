import FastCGIBridge
import GatewayInterface
import Octets

/// What the encoding of an environ promises.
enum PairPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var pairs = NameValuePairs(bytes)
        var encoded = ByteBuffer()
        var end = 0
        while let pair = pairs.next() {
            try require(
                pair.name.start >= end + 2 && pair.name.end == pair.value.start
                    && pair.value.end == pairs.offset && pairs.offset <= bytes.count,
                "a pair outside of its place")
            end = pairs.offset
            encoded.appendPairLengths(name: pair.name.count, value: pair.value.count)
            encoded.append(bytes[pair.name])
            encoded.append(bytes[pair.value])
            guard let found = NameValuePairs.value(of: bytes[pair.name], in: bytes) else {
                throw Violation(description: "a name that is there is not found")
            }
            try require(found.count <= bytes.count, "a value is longer than the block")
        }
        try require(encoded.count <= end, "encoded again it is longer")
        try checkSame(UnsafeBufferPointer(rebasing: bytes[..<end]), encoded.bytes)
        if !encoded.isEmpty { try checkRecords(encoded.bytes) }
        try checkEntries(bytes)
    }

    /// Decoding undoes encoding.
    private static func checkSame(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        var (first, second) = (NameValuePairs(one), NameValuePairs(other))
        while let pair = first.next() {
            guard let twin = second.next() else {
                throw Violation(description: "encoded again a pair is gone")
            }
            try require(
                one[pair.name].elementsEqual(other[twin.name])
                    && one[pair.value].elementsEqual(other[twin.value]), "encoded again a pair is another")
        }
        try require(second.offset == other.count, "what was encoded is not read to its end")
    }

    /// A block as PARAMS arrives as it is, also one that one record cannot hold.
    private static func checkRecords(_ block: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var long = ByteBuffer()
        let repeats = Arrivals.hash(block) % 32 == 0 ? RecordHeader.contentLimit / block.count + 2 : 1
        for _ in 0..<repeats { long.append(block) }
        var records = ByteBuffer()
        RequestEncoder.appendBegin(keepsConnection: true, to: &records)
        RequestEncoder.appendParams(long.bytes, to: &records)
        RequestEncoder.appendParamsEnd(to: &records)
        RequestEncoder.appendStdin(block, to: &records)
        RequestEncoder.appendStdinEnd(to: &records)
        let parts = try RequestRecordPromises.read(records.bytes, [records.count])
        let expected: [RequestPart] = [
            .begin(RequestEncoder.requestID, keepsConnection: true), .params(Array(long.bytes)), .paramsEnd,
            .stdin(Array(block)), .stdinEnd,
        ]
        try require(parts == expected, "as records it is another request")
    }

    /// `NAME=value`, as an environment has them.
    private static func checkEntries(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var block = ByteBuffer()
        for entry in bytes.split(separator: 0) {
            block.appendPair(entry: UnsafeBufferPointer(rebasing: entry))
        }
        var pairs = NameValuePairs(block.bytes)
        while pairs.next() != nil {}
        try require(pairs.offset == block.count, "an entry became no pair")
    }
}
