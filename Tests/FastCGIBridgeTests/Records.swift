// Records as bytes, written without the encoder under test.

import FastCGIBridge
import Octets

enum Records {
    /// One record, its eight bytes spelled out as FastCGI 1.0, §3.3, has them.
    static func record(
        _ type: UInt8, id: UInt16 = 1, _ content: [UInt8], padding: Int = 0, version: UInt8 = 1
    ) -> [UInt8] {
        let header: [UInt8] = [
            version, type, UInt8(id >> 8), UInt8(id & 0xFF), UInt8(content.count >> 8),
            UInt8(content.count & 0xFF),
            UInt8(padding), 0xEE,
        ]
        return header + content + [UInt8](repeating: 0xDD, count: padding)
    }

    static func stdout(_ text: String, padding: Int = 0) -> [UInt8] {
        record(6, Array(text.utf8), padding: padding)
    }
    static func stderr(_ text: String, padding: Int = 0) -> [UInt8] {
        record(7, Array(text.utf8), padding: padding)
    }

    static func end(application: [UInt8] = [0, 0, 0, 0], protocol status: UInt8 = 0, padding: Int = 0)
        -> [UInt8]
    {
        record(3, application + [status, 0xAA, 0xBB, 0xCC], padding: padding)
    }

    /// A record that was read back.
    struct Parsed: Equatable {
        var type: RecordType
        var id: UInt16
        var content: [UInt8]
        var padding: Int
    }

    /// Takes `bytes` apart; `nil` where they are no whole records.
    static func parsed(_ bytes: [UInt8]) -> [Parsed]? {
        var records: [Parsed] = []
        var start = 0
        while start < bytes.count {
            guard let header = try? RecordHeader(parsing: bytes.span.extracting(droppingFirst: start)) else {
                return nil
            }
            let content = start + RecordHeader.byteCount
            let end = content + header.contentLength
            guard end + header.paddingLength <= bytes.count else { return nil }
            records.append(
                Parsed(
                    type: header.type, id: header.requestID, content: Array(bytes[content..<end]),
                    padding: header.paddingLength))
            start = end + header.paddingLength
        }
        return records
    }
}
