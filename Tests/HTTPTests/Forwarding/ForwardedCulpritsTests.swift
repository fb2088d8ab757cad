import HTTP
import Testing

@Suite("Which fields of a proxy a refusal is about")
struct ForwardedCulpritsTests {
    @Test(
        "One that is wrong by itself, or two that say different things",
        arguments: [
            (["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.2"], [.forwarded, .node]),
            (["X-Forwarded-Proto: https", "Forwarded: proto=http"], [.forwarded, .scheme]),
            (["X-Forwarded-Host: a", "Forwarded: host=b"], [.forwarded, .host]),
            (["X-Forwarded-For: junk here"], .node), (["Forwarded: for"], .forwarded),
            (["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"], .scheme),
            (["X-Forwarded-Host: a b"], .host), (["X-Forwarded-Port: 0"], .port),
            (["X-Forwarded-Prefix: shop"], .prefix), (["X-Forwarded-Prefix: //shop"], .prefix),
            (["Connection: x-forwarded-for", "X-Forwarded-For: 192.0.2.1"], .node),
            (["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Forwarded-Prefix: /shop"], []),
            ([], []),
        ] as [([String], ForwardingFields)])
    func culprits(_ lines: [String], _ expected: ForwardingFields) throws {
        let (bytes, head) = try ForwardingOutcome.request(lines)
        let found = bytes.withUnsafeBufferPointer {
            ForwardedClient.culprits(
                head, $0, believing: [.forwarded, .customary], isHop: ForwardingOutcome.isHop)
        }
        #expect(found == expected)
        let others = ForwardingFields([.forwarded, .customary]).subtracting(expected)
        let nothing = bytes.withUnsafeBufferPointer {
            ForwardedClient.culprits(head, $0, believing: others, isHop: ForwardingOutcome.isHop)
        }
        #expect(nothing == [])
    }
}
