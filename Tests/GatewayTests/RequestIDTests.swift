import GatewayInterface
import HTTP
import Octets
import Testing
@testable import Scoreboard
@testable import Worker

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

    @Test(
        "What may be passed on",
        arguments: [
            ("a", true), ("A-z_0.9:+/=@~", true), ("", false), ("a b", false), ("a\"", false), ("a\n", false),
            ("ä", false), ("a,b", false), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false),
        ])
    func valid(_ id: String, _ isValid: Bool) {
        Array(id.utf8).withUnsafeBufferPointer { bytes in #expect(RequestID.isValid(bytes) == isValid) }
    }

    @Test("Only a trusted peer's valid id takes the place of the worker's own")
    func passedOn() {
        for (given, isTrusted, expected) in [
            ("theirs", true, "theirs"), ("theirs", false, "0000000000000abc"),
            ("no such", true, "0000000000000abc"), (nil, true, "0000000000000abc"),
        ] as [(String?, Bool, String)] {
            // No room is left: the value must not move while it is copied.
            var environ = ByteBuffer(capacity: 0)
            if let given { environ.appendPair("HTTP_X_REQUEST_ID", text: given) }
            let isPassedOn = Exchange.appendID(0xABC, isTrusted: isTrusted, to: &environ)
            let found = NameValuePairs.value(of: "REQUEST_ID", in: environ.bytes).map {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(found == expected && isPassedOn == (expected == "theirs"))
        }
    }
}
