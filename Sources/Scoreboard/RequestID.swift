// What a request is called in the environ and in the log, so that an application's own messages about it can be found. Counted from a
// random start in each worker: no two workers meet, and making one costs an addition. A trusted peer may have called it something
// already, and that is passed on.

import Octets

/// The ids that one worker gives.
package struct RequestIDs {
    private var last = UInt64.random(in: .min ... .max)

    package init() {}

    /// The next one; never 0, which stands for none.
    package mutating func next() -> UInt64 {
        last &+= 1
        if last == 0 { last = 1 }
        return last
    }
}

/// An id as text: 16 hexadecimal digits, or what a trusted peer has sent.
package enum RequestID {
    /// Octets of an id that is passed on.
    package static let limit = 128

    /// Whether an id may be passed on: letters, digits and a few signs that are nothing special in a log, a shell or a path.
    /// Stops a peer that passes on a client's text from filling logs and forging their lines.
    package static func isValid(_ id: UnsafeBufferPointer<UInt8>) -> Bool {
        guard id.count > 0, id.count <= limit else { return false }
        return id.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "/"),
                UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }

    /// For a message.
    package static func text(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Appends the digits.
    package static func append(_ id: UInt64, to output: inout ByteBuffer) {
        output.append(hexadecimal: id, digits: 16)
    }
}
