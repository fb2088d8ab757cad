// The proof that a server has understood (RFC 6455, §1.3): a hash of what the client has sent. It is no secret and protects
// nothing, so that it is SHA-1 does not matter.

import CDigest
import Octets

/// Sec-WebSocket-Key and Sec-WebSocket-Accept.
public enum AcceptKey {
    private static let suffix = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Whether it is sixteen octets in base64 (§4.2.1, 5; RFC 4648, §4).
    public static func isValid(_ key: [UInt8]) -> Bool {
        key.count == 24 && key[22...].elementsEqual("==".utf8) && key[..<22].allSatisfy(alphabet.contains)
    }

    /// What Sec-WebSocket-Accept answers to a key (§4.2.2, 5.4).
    public static func answer(to key: [UInt8]) -> String {
        var context = SHA1_CTX()
        SHA1Init(&context)
        SHA1Update(&context, key, key.count)
        SHA1Update(&context, suffix, suffix.count)
        var digest = [UInt8](repeating: 0, count: Int(SHA1_DIGEST_LENGTH))
        SHA1Final(&digest, &context)
        return base64(digest)
    }

    private static func base64(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: 3) {
            let part = octets[start..<min(start + 3, octets.count)]
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                text.append(
                    place <= part.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
