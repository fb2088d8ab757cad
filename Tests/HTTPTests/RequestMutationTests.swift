// Requests with random damage, whole against byte by byte. What is expected of each nobody knows; that the
// outcome does not depend on the cut, and that nothing traps, everybody does.

import HTTP
import Octets
import TestSupport
import Testing

@Suite("Damaged requests")
struct RequestMutationTests {
    private static let seeds: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a/b?c=d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "\r\nPOST http://a:80/ HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde",
        "PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nConnection: close, X\r\nX: y\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nCookie: b=c\r\nCookie: d=e\r\n\r\n",
    ]

    /// Octets that mean something to a parser of HTTP.
    private static let octets = Array("\r\n\r\n :,;/?*%[]@#0159AaHhTtPp\t.\u{0}\u{7F}".utf8) + [0x80, 0xFF]

    private func damage(_ request: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
        var request = request
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !request.isEmpty {
            let place = Int.random(in: 0..<request.count, using: &generator)
            let octet = Self.octets.randomElement(using: &generator)!
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: request[place] = octet
            case 1: request[place] = UInt8.random(in: .min ... .max, using: &generator)
            case 2: request.insert(octet, at: place)
            case 3: request.remove(at: place)
            case 4: request.removeSubrange(place..<min(request.count, place + 4))
            default:
                let end = min(request.count, place + Int.random(in: 1...24, using: &generator))
                request.insert(contentsOf: request[place..<end], at: place)
            }
        }
        return request
    }

    @Test(
        "20 000 damaged requests come out the same whole and byte by byte", arguments: 0..<4 as Range<UInt64>)
    func whole(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var limits = RequestLimits()
        limits.requestLine = 64
        limits.fieldLine = 40
        limits.fieldCount = 5
        limits.head = 150
        let requests = Self.seeds.map { Array($0.utf8) }
        var accepted = 0
        for number in 0..<5000 {
            let request = damage(requests[number % requests.count], with: &generator)
            // Small limits, so that damage trips over them too.
            let limits = number % 2 == 0 ? limits : RequestLimits()
            let whole = RequestOutcome.of(request, .whole, limits: limits)
            let slow = RequestOutcome.of(request, .byByte, limits: limits)
            if whole.request != nil { accepted += 1 }
            if whole != slow {
                Issue.record("\(Latin1.text(request[...]).debugDescription): \(whole), byte by byte \(slow)")
                return
            }
        }
        // The damage is neither always deadly nor always harmless, or the comparison would say little.
        #expect(accepted > 250 && accepted < 4750)
    }
}
