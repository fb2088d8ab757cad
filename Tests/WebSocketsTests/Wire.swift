// What the tests say the wire with.

import Compression
import Octets
import Testing
import WebSockets

/// Octets as hexadecimal digits, with blanks for the reader.
func octets(_ digits: String) -> [UInt8] {
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}

/// A client's key that can be told apart from the payload.
let key: UInt32 = 0x37FA_213D

/// Both ends, for tests of either: a server's frames are masked for it, a client's are not.
let client = Role.client(keys: { key })

/// A frame as the other end of `role` sends it, whatever it is, valid or not.
func frame(
    _ first: UInt8, _ payload: [UInt8] = [], length: [UInt8]? = nil, to role: Role = .server
) -> [UInt8] {
    var head = [first]
    switch payload.count {
    case _ where length != nil: head += length ?? []
    case ..<126: head.append(UInt8(payload.count))
    case ..<65_536: head += [126] + (0..<2).map { UInt8(payload.count >> (8 - 8 * $0) & 0xFF) }
    default: head += [127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xFF) }
    }
    guard case .server = role else { return head + payload }
    head[1] |= 0x80  // MASK
    let mask = octets("37 FA 21 3D")
    return head + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

/// What an end makes of octets that arrive in pieces.
struct Reading: Equatable {
    var events: [WebSocketEvent] = []
    var answers: [UInt8] = []
    var isOver = false

    /// - Parameter piece: Octets that arrive at once.
    init(
        _ bytes: [UInt8], piece: Int = .max, role: Role = .server, limit: Int = 1 << 20,
        agreement: DeflateAgreement? = nil
    ) {
        var state = WebSocketState(role, limit: limit, agreement: agreement, stock: DeflateStock())
        self.init(bytes, piece: piece, &state)
    }

    init(_ bytes: [UInt8], piece: Int = .max, _ state: inout WebSocketState) {
        var output = ByteBuffer()
        var rest = bytes[...]
        while !rest.isEmpty {
            var part = Array(rest.prefix(piece))
            rest = rest.dropFirst(part.count)
            part.withUnsafeMutableBufferPointer { part in
                var used = 0
                repeat {
                    let (event, consumed) = state.receive(
                        UnsafeMutableBufferPointer(rebasing: part[used...]), into: &output)
                    used += consumed
                    if let event { events.append(event) } else { #expect(used == part.count) }
                } while used < part.count
            }
        }
        answers = Array(output.bytes)
        isOver = state.isOver
    }

    /// The error at the end.
    var error: WebSocketError? {
        if case .failed(let error) = events.last { error } else { nil }
    }
}

/// What an end appends for a message.
func sent(by state: inout WebSocketState, _ message: WebSocketMessage) -> [UInt8] {
    encoded { output in
        let isSent = state.send(message, into: &output)
        #expect(isSent)
    }
}

/// What an encoder appends.
func encoded(_ append: (inout ByteBuffer) throws -> Void) rethrows -> [UInt8] {
    var output = ByteBuffer()
    try append(&output)
    return Array(output.bytes)
}
