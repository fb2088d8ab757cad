// Which fields a refusal is about. Only for the message: the reader itself stops at the first octet that it does not
// understand, and does not keep where that was.

import Octets

extension ForwardedClient {
    /// What of the fields that are believed cannot be understood, or contradicts itself.
    ///
    /// - Parameters: As for ``init(_:_:believing:isHop:)``.
    /// - Returns: One field that is wrong by itself, two that say different things, or none.
    public static func culprits(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, believing believed: ForwardingFields,
        isHop: (NetworkAddress) -> Bool
    ) -> ForwardingFields {
        func isRefused(_ fields: ForwardingFields) -> Bool {
            do throws(RequestError) {
                let client = try ForwardedClient(head, bytes.span, believing: fields, isHop: isHop)
                guard let prefix = client.prefix else { return false }
                var path = ByteBuffer(capacity: prefix.count)
                try ForwardedPrefix.normalize(bytes[prefix], into: &path)
                return false
            } catch {
                return true
            }
        }
        let fields = ForwardingFields.each.filter(believed.contains)
        if let one = fields.first(where: isRefused) { return one }
        for (index, one) in fields.enumerated() {
            for other in fields[(index + 1)...] where isRefused([one, other]) { return [one, other] }
        }
        return []
    }
}

extension ForwardingFields {
    /// Each of the fields.
    static let each: [ForwardingFields] = [.forwarded, .node, .scheme, .host, .port, .prefix]
}
