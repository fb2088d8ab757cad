import Testing
import WebSockets

@Suite("Negotiation of compression")
struct NegotiationTests {
    private static func answer(_ offer: String, _ policy: DeflatePolicy?) throws -> String? {
        var request = HandshakeTests.request
        request.extensions = Array(offer.utf8)
        return try Handshake.answer(request, HandshakePolicy(deflate: policy)).deflate?.answer
    }

    private static let fresh = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        "Offers are answered (RFC 7692, section 7.1)",
        arguments: [
            ("permessage-deflate", fresh),
            ("permessage-deflate; client_max_window_bits", fresh),  // What browsers send.
            ("permessage-deflate; server_no_context_takeover", fresh),
            ("permessage-deflate;client_no_context_takeover;server_no_context_takeover", fresh),
            ("permessage-deflate; server_max_window_bits=10", fresh + "; server_max_window_bits=10"),
            ("permessage-deflate; server_max_window_bits=15", fresh + "; server_max_window_bits=15"),
            ("permessage-deflate; server_max_window_bits=\"9\"", fresh + "; server_max_window_bits=9"),
            ("permessage-deflate; client_max_window_bits=10", fresh + "; client_max_window_bits=10"),
            ("permessage-deflate; client_max_window_bits=8", fresh + "; client_max_window_bits=8"),
            ("permessage-deflate; client_max_window_bits=15", fresh),
            ("unknown; a=b, permessage-deflate, permessage-deflate; x", fresh),
            ("", nil), ("permessage-bzip2", nil), ("Permessage-Deflate", nil),
            // What makes an offer one to be declined.
            ("permessage-deflate; unknown", nil), ("permessage-deflate; server_no_context_takeover=1", nil),
            ("permessage-deflate; client_no_context_takeover=true", nil),
            ("permessage-deflate; server_max_window_bits", nil),
            ("permessage-deflate; server_max_window_bits=8", nil),
            ("permessage-deflate; server_max_window_bits=7", nil),
            ("permessage-deflate; server_max_window_bits=16", nil),
            ("permessage-deflate; server_max_window_bits=010", nil),
            ("permessage-deflate; server_max_window_bits=a", nil),
            ("permessage-deflate; client_max_window_bits=7", nil),
            ("permessage-deflate; client_max_window_bits=16", nil),
            ("permessage-deflate; client_max_window_bits=+9", nil),
            ("permessage-deflate; client_max_window_bits=99999999999999999999", nil),
            ("permessage-deflate; client_max_window_bits; client_max_window_bits", nil),
            ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", nil),
            // The next one is taken.
            (
                "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=12",
                fresh + "; server_max_window_bits=12"
            ),
            ("permessage-deflate; x, other, permessage-deflate; client_max_window_bits", fresh),
        ] as [(String, String?)])
    func offers(_ offer: String, _ answer: String?) throws {
        #expect(try Self.answer(offer, DeflatePolicy()) == answer)
        #expect(try Self.answer(offer, nil) == nil)
    }

    @Test(
        "Context takeover is what both want",
        arguments: [
            ("permessage-deflate", "permessage-deflate"),
            (
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate; server_no_context_takeover"
            ),
            (
                "permessage-deflate; client_no_context_takeover; client_max_window_bits",
                "permessage-deflate; client_no_context_takeover"
            ),
        ])
    func takeover(_ offer: String, _ answer: String) throws {
        let policy = DeflatePolicy(serverTakeover: true, clientTakeover: true)
        #expect(try Self.answer(offer, policy) == answer)
    }

    @Test("A window is the smaller of two, and a client is told only what it has asked for")
    func windows() throws {
        let policy = DeflatePolicy(serverWindowBits: 11, clientWindowBits: 12)
        let server = Self.fresh + "; server_max_window_bits="
        #expect(try Self.answer("permessage-deflate", policy) == server + "11")
        #expect(try Self.answer("permessage-deflate; server_max_window_bits=9", policy) == server + "9")
        let client = "; client_max_window_bits="
        #expect(
            try Self.answer("permessage-deflate; client_max_window_bits", policy) == server + "11" + client
                + "12")
        #expect(
            try Self.answer("permessage-deflate; client_max_window_bits=10", policy)
                == server + "11" + client + "10")
        #expect(
            try Self.answer("permessage-deflate; client_max_window_bits=14", policy)
                == server + "11" + client + "12")
    }

    @Test("A policy out of range is brought into it")
    func range() {
        let policy = DeflatePolicy(serverWindowBits: 8, clientWindowBits: 16, smallest: 0)
        #expect(policy == DeflatePolicy(serverWindowBits: 9, clientWindowBits: 15, smallest: 1))
    }
}
