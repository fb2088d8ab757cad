import Compression
import Octets
import WebSockets

/// RFC 6455, section 5, and RFC 7692, section 7.2.2, said plainly: all of the octets are there, and everything is copied.
struct WebSocketModel {
    private let setup: WebSocketSetup
    private let wire: [UInt8]
    private var result = WebSocketOutcome()
    /// The message that has begun.
    private var message: (isText: Bool, isCompressed: Bool, octets: [UInt8])?
    /// The compressed messages so far.
    private var compressed: [[UInt8]] = []

    init(_ setup: WebSocketSetup, _ wire: [UInt8]) { (self.setup, self.wire) = (setup, wire) }

    func outcome() -> WebSocketOutcome {
        var model = self
        var rest = wire[...]
        do throws(WebSocketError) {
            while !model.result.isOver, let next = try model.frame(rest) { rest = next }
        } catch {
            model.result.events.append(.failed(error))
            model.answer(0x88, Self.number(Int(error.code.rawValue), 2) + Array(error.description.utf8))
            model.result.isOver = true
        }
        return model.result
    }

    /// What is left behind a frame; `nil` where it is not whole.
    private mutating func frame(_ rest: ArraySlice<UInt8>) throws(WebSocketError) -> ArraySlice<UInt8>? {
        let octets = Array(rest)
        guard let first = octets.first else { return nil }
        let (isFinal, opcode) = (first >= 128, Int(first % 16))
        let isControl = opcode >= 8
        if first & 0x30 != 0 { throw .reservedBits }
        if ![0, 1, 2, 8, 9, 10].contains(opcode) { throw .unknownOpcode(UInt8(opcode)) }
        let mayBeCompressed = (opcode == 1 || opcode == 2) && setup.agreement != nil
        if first & 0x40 != 0, !mayBeCompressed { throw .reservedBits }
        if isControl, !isFinal { throw .controlFragmented }
        if opcode == 0, message == nil { throw .continuationOfNothing }
        if opcode == 1 || opcode == 2 {
            if message != nil { throw .messageInsideMessage }
            message = (opcode == 1, first & 0x40 != 0, [])
        }

        guard octets.count > 1 else { return nil }
        if octets[1] >= 128, !setup.isServer { throw .maskUnexpected }
        if octets[1] < 128, setup.isServer { throw .maskMissing }
        var length = UInt64(octets[1] % 128)
        if isControl, length > 125 { throw .controlTooLong }
        let width = length == 126 ? 2 : length == 127 ? 8 : 0
        if width == 8, octets.count > 2, octets[2] >= 128 { throw .lengthTooLarge }
        guard octets.count >= 2 + width else { return nil }
        if width > 0 {
            length = octets[2..<2 + width].reduce(0) { $0 * 256 + UInt64($1) }
            if length < (width == 2 ? 126 : 65_536) { throw .lengthNotMinimal }
        }
        if let message, !isControl {
            let limit = setup.limit + (message.isCompressed ? setup.limit / 8 + 64 : 0)
            if length > UInt64(limit - message.octets.count) { throw .messageTooLarge }
        }

        let start = 2 + width + (setup.isServer ? 4 : 0)
        guard octets.count >= start else { return nil }
        let key = setup.isServer ? Array(octets[2 + width..<start]) : [0, 0, 0, 0]
        let end = start + min(Int(length), octets.count - start)
        let payload = octets[start..<end].enumerated().map { $1 ^ key[$0 % 4] }
        let isWhole = payload.count == Int(length)
        if isControl {
            guard isWhole else { return nil }
            try control(opcode, payload)
        } else {
            try data(payload, isWhole: isWhole, isLast: isFinal && isWhole)
        }
        return isWhole ? rest.dropFirst(end) : nil
    }

    private mutating func data(
        _ payload: [UInt8], isWhole: Bool, isLast: Bool
    ) throws(WebSocketError) {
        guard var message else { return }
        message.octets += payload
        self.message = message
        if message.isText, !message.isCompressed, !Self.canBecomeText(message.octets) { throw .invalidUTF8 }
        guard isLast else { return }
        self.message = nil
        var octets = message.octets
        if message.isCompressed, !octets.isEmpty {
            compressed.append(octets)
            octets = try inflated()
        }
        guard message.isText else {
            result.events.append(.message(.binary(octets)))
            return
        }
        guard let text = String(validating: octets, as: UTF8.self) else { throw .invalidUTF8 }
        result.events.append(.message(.text(text)))
    }

    private mutating func control(_ opcode: Int, _ payload: [UInt8]) throws(WebSocketError) {
        switch opcode {
        case 9:
            result.events.append(.ping(payload))
            answer(0x8A, payload)
        case 10: result.events.append(.pong(payload))
        default:
            if payload.count == 1 { throw .closeCodeCut }
            let number = payload.prefix(2).reduce(0) { $0 * 256 + Int($1) }
            let allowed = Array(1000...1014) + Array(3000...4999)
            if !payload.isEmpty, !allowed.contains(number) || (1004...1006).contains(number) {
                throw .closeCodeNotAllowed(CloseCode(rawValue: UInt16(number)))
            }
            guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
                throw .invalidUTF8
            }
            let code = payload.isEmpty ? CloseCode.noStatus : CloseCode(rawValue: UInt16(number))
            result.events.append(.closed(CloseFrame.Status(code: code, reason: reason)))
            answer(0x88, Array(payload.prefix(2)))
            result.isOver = true
        }
    }

    /// The last of the compressed messages: all that it may refer to is read again, octet by octet.
    private func inflated() throws(WebSocketError) -> [UInt8] {
        guard let agreement = setup.agreement else { return [] }
        do throws(InflateError) {
            let inflater = try RawInflater(
                windowBits: agreement.clientTakeover ? agreement.clientWindowBits : 15)
            var output = ByteBuffer()
            for octets in agreement.clientTakeover ? compressed : compressed.suffix(1) {
                output.clear()
                for octet in octets { try Self.inflate(octet, inflater, &output, setup.limit) }
                if !inflater.isAtEnd {
                    for octet in [0, 0, 255, 255] {
                        try Self.inflate(UInt8(octet), inflater, &output, setup.limit)
                    }
                }
                guard inflater.isBetweenBlocks else { throw .malformed }
            }
            return Array(output.bytes)
        } catch {
            switch error {
            case .malformed: throw .malformedCompression
            case .tooLarge: throw .messageTooLarge
            case .failed: throw .compressionFailed
            }
        }
    }

    private static func inflate(
        _ octet: UInt8, _ inflater: RawInflater, _ output: inout ByteBuffer, _ limit: Int
    ) throws(InflateError) {
        let count = output.count
        try [octet].withUnsafeBufferPointer { octets throws(InflateError) in
            try inflater.inflate(octets, into: &output, limit: limit - count)
        }
    }

    private mutating func answer(_ first: UInt8, _ payload: [UInt8]) {
        let key = setup.isServer ? [] : Self.number(Int(WebSocketSetup.key), 4)
        result.answers += [first, UInt8(payload.count) | (setup.isServer ? 0 : 128)] + key
        result.answers += payload.enumerated().map { setup.isServer ? $1 : $1 ^ key[$0 % 4] }
    }

    private static func number(_ number: Int, _ octets: Int) -> [UInt8] {
        (0..<octets).map { UInt8(number >> (8 * (octets - 1 - $0)) & 255) }
    }

    /// Whether more octets could make it UTF-8.
    private static func canBecomeText(_ octets: [UInt8]) -> Bool {
        [[], [0x80], [0xBF], [0x80, 0x80], [0xBF, 0xBF], [0x80, 0x80, 0x80], [0xBF, 0xBF, 0xBF]].contains {
            String(validating: octets + $0, as: UTF8.self) != nil
        }
    }
}
