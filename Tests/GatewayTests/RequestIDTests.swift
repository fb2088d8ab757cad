import Octets
import Testing

@testable import Gateway

@Suite("What a request is called")
struct RequestIDTests {
    @Test("16 digits, the same in the environ and in the log", arguments: [1, 0xABC, UInt64.max, 1 << 60])
    func digits(_ id: UInt64) {
        var buffer = ByteBuffer()
        RequestID.append(id, to: &buffer)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(text == RequestID.text(id))
        #expect(text.utf8.count == 16)
        #expect(UInt64(text, radix: 16) == id)
    }

    @Test("Two workers do not give the same ones")
    func unique() {
        var workers = [RequestIDs(), RequestIDs(), RequestIDs()]
        var seen: Set<UInt64> = []
        for _ in 0..<1000 {
            for index in workers.indices { seen.insert(workers[index].next()) }
        }
        #expect(seen.count == 3000)
        #expect(!seen.contains(0))
    }
}
