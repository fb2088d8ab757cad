// Error answers of applications, where `--intercept-errors` puts a page in their place.

import GatewayInterface
import HTTP
import Octets
import Routing

/// What an application's error answer keeps. It is made for such an answer only.
final class ReplacedAnswer {
    let status: Int
    /// The fields that go along, as lines.
    private(set) var fields = ByteBuffer(capacity: 256)

    init(status: Int) { self.status = status }

    /// Keeps a field without which a client would not know what to do: how to log in, when to come back, what is allowed, and
    /// what it is to remember.
    func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let (span, all) = (name.span, ByteRange(0, name.count))
        let isKept = Self.kept.contains { span.matches(all, lowercase: $0) }
        if isKept { ResponseEncoder.appendField(name, value, to: &fields) }
        if status == 426 { ResponseEncoder.appendUpgrade(name, value, to: &fields) }
    }

    private static let kept: [StaticString] = [
        "www-authenticate", "proxy-authenticate", "retry-after", "allow", "set-cookie", "accept",
        "accept-patch", "cache-control", "link", "access-control-allow-origin",
        "access-control-allow-credentials", "vary",
    ]
}

extension Exchange {
    /// Takes note of the answer in ``head``. The page is sent when the application has ended its own: then its slot is free.
    func replaceAnswer(_ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        let replaced = ReplacedAnswer(status: head.status)
        for field in head.fields where field.kind != .hopByHop && !isVariable(field, bytes) {
            replaced.take(bytes[field.name], bytes[field.value])
        }
        response.replaced = replaced
        response.hasHead = true
        response.status = head.status
        return .accepted
    }

    /// Sends a page in the place of a Swift application's answer.
    func replaceAnswer(_ answer: Response) {
        let replaced = ReplacedAnswer(status: answer.status.code)
        for field in answer.fields.endToEnd {
            var (name, value) = field
            name.withUTF8 { name in value.withUTF8 { replaced.take(name, $0) } }
        }
        deliver(replaced)
    }

    /// Sends the page, now that the application has ended its answer.
    func deliver(_ replaced: ReplacedAnswer) {
        guard let page = route.errorPages?[replaced.status] else {
            return fail(status: 502, "The application did not give a valid answer.")
        }
        page.text.withUnsafeBufferPointer { text in
            page.type.withUnsafeBufferPointer { type in
                send(replaced.status, text, type: type) { $0.append(replaced.fields.bytes) }
            }
        }
    }
}
