import CFastCGI
import FastCGIBridge
import GatewayInterface
import Octets
import Testing

@Suite("A request as records")
struct RequestEncoderTests {
    private func written(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var output = ByteBuffer()
        write(&output)
        return Array(output.bytes)
    }

    private func params(_ block: [UInt8]) -> [UInt8] {
        written { output in block.withUnsafeBufferPointer { RequestEncoder.appendParams($0, to: &output) } }
    }

    /// A pair that takes `count` bytes, at least 8.
    private func pair(_ count: Int, fill: UInt8 = 0x76) -> [UInt8] {
        let lengths = count < 2 + 127 ? 2 : 5
        let value = [UInt8](repeating: fill, count: count - lengths - 1)
        return written { output in
            output.appendPairLengths(name: 1, value: value.count)
            output.append(UInt8(ascii: "N"))
            value.withUnsafeBufferPointer { output.append($0) }
        }
    }

    /// Whether `content` ends where a pair ends.
    private func isWholePairs(_ content: [UInt8]) -> Bool {
        content.withUnsafeBufferPointer { bytes in
            var pairs = NameValuePairs(bytes)
            while pairs.next() != nil {}
            return pairs.offset == bytes.count
        }
    }

    @Test("A request without a body is one sequence of bytes, from its beginning to the end of STDIN")
    func bodiless() {
        let block = pair(10)
        let bytes = written { output in
            RequestEncoder.appendBegin(keepsConnection: true, to: &output)
            block.withUnsafeBufferPointer { RequestEncoder.appendParams($0, to: &output) }
            RequestEncoder.appendParamsEnd(to: &output)
            RequestEncoder.appendStdinEnd(to: &output)
        }
        let expected: [UInt8] =
            [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0] + [1, 4, 0, 1, 0, 10, 0, 0] + block
            + [1, 4, 0, 1, 0, 0, 0, 0] + [1, 5, 0, 1, 0, 0, 0, 0]
        #expect(bytes == expected)
    }

    @Test("BEGIN_REQUEST asks for a responder, and to keep the connection or not", arguments: [true, false])
    func begin(_ keepsConnection: Bool) throws {
        let bytes = written { RequestEncoder.appendBegin(keepsConnection: keepsConnection, to: &$0) }
        let record = bytes.withUnsafeBytes { $0.loadUnaligned(as: FCGI_BeginRequestRecord.self) }
        #expect(bytes.count == MemoryLayout<FCGI_BeginRequestRecord>.size)
        #expect(record.body.roleB1 == 0 && Int32(record.body.roleB0) == FCGI_RESPONDER)
        #expect(Int32(record.body.flags) == (keepsConnection ? FCGI_KEEP_CONN : 0))
    }

    @Test("Pairs that fit are one record", arguments: [8, 127, 128, 200, 65_527, 65_528])
    func oneRecord(_ count: Int) throws {
        let block = pair(count)
        #expect(block.count == count)
        let records = try #require(Records.parsed(params(block)))
        #expect(records == [Records.Parsed(type: .params, id: 1, content: block, padding: 0)])
    }

    @Test("No pairs are no record, for an empty one would end the stream")
    func noPairs() {
        #expect(params([]).isEmpty)
        #expect(
            written { RequestEncoder.appendStdin(UnsafeBufferPointer(start: nil, count: 0), to: &$0) }.isEmpty
        )
    }

    @Test(
        "More pairs than fit are records of whole pairs",
        arguments: [
            [65_520, 9], [65_528, 8], [8, 65_528], [30_000, 30_000, 30_000, 30_000],
            [65_528, 65_528, 65_528],
            [Int](repeating: 1000, count: 300), [Int](repeating: 8, count: 20_000),
            [40_000, 25_528, 40_000, 25_529],
        ])
    func wholePairs(_ sizes: [Int]) throws {
        let block = sizes.flatMap { pair($0) }
        let records = try #require(Records.parsed(params(block)))
        #expect(records.count > 1)
        #expect(records.flatMap(\.content) == block)
        for record in records {
            #expect(record.type == .params && record.id == 1 && record.padding == 0)
            #expect(!record.content.isEmpty && record.content.count <= RecordHeader.contentLimit)
            #expect(isWholePairs(record.content))
        }
    }

    @Test(
        "A pair larger than a record is split, and the pairs around it are not",
        arguments: [65_529, 65_536, 131_056, 200_000])
    func largePair(_ count: Int) throws {
        let (before, large, after) = (pair(100, fill: 1), pair(count, fill: 2), pair(300, fill: 3))
        for block in [
            large, before + large, large + after, before + large + after, before + large + large + after,
        ] {
            let records = try #require(Records.parsed(params(block)))
            #expect(records.flatMap(\.content) == block)
            #expect(
                records.allSatisfy { !$0.content.isEmpty && $0.content.count <= RecordHeader.contentLimit })
            if block.starts(with: before) { #expect(records.first?.content == before) }
            if block.suffix(after.count) == after[...] { #expect(records.last?.content == after) }
        }
    }

    @Test("A body is records of at most 65 528 bytes", arguments: [1, 65_528, 65_529, 200_000])
    func stdin(_ count: Int) throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = written { output in
            body.withUnsafeBufferPointer { RequestEncoder.appendStdin($0, to: &output) }
        }
        let records = try #require(Records.parsed(bytes))
        #expect(records.count == (count + 65_527) / 65_528)
        #expect(records.flatMap(\.content) == body)
        #expect(records.allSatisfy { $0.type == .stdin && $0.id == 1 && !$0.content.isEmpty })
    }

    @Test("GET_VALUES asks for three variables on request 0, with padding for libfcgi")
    func getValues() throws {
        let bytes = written { RequestEncoder.appendGetValues(to: &$0) }
        let record = try #require(Records.parsed(bytes)?.first)
        #expect(record.type == .getValues && record.id == UInt16(FCGI_NULL_REQUEST_ID))
        #expect(record.padding > 0 && bytes.count % 8 == 0)
        let names = record.content.withUnsafeBufferPointer { bytes in
            var pairs = NameValuePairs(bytes)
            var names: [String] = []
            while let pair = pairs.next() {
                #expect(pair.value.isEmpty)
                names.append(String(decoding: bytes[pair.name], as: UTF8.self))
            }
            return names
        }
        #expect(names == [FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS])
        #expect(isWholePairs(record.content))
    }
}
