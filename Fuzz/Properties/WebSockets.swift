import Octets
import WebSockets

/// An end of a WebSocket, as an octet chooses it.
struct WebSocketSetup {
    static let key: UInt32 = 0x0102_0304
    private static let limits = [8, 200, 4000, 1 << 18]
    /// Without compression, without context takeover, with it, and with it and small windows.
    private static let agreements: [DeflateAgreement?] = [
        nil, agreement(takeover: false, bits: 15), agreement(takeover: true, bits: 15),
        agreement(takeover: true, bits: 9),
    ]

    let isServer: Bool
    let limit: Int
    let agreement: DeflateAgreement?

    init(_ octet: UInt8) {
        isServer = octet & 1 == 0
        agreement = Self.agreements[Int(octet >> 1 & 3)]
        limit = Self.limits[Int(octet >> 3 & 3)]
    }

    init(isServer: Bool, limit: Int, _ agreement: DeflateAgreement?) {
        (self.isServer, self.limit, self.agreement) = (isServer, limit, agreement)
    }

    func state(_ stock: DeflateStock, fragment: Int? = nil) -> WebSocketState {
        WebSocketState(
            isServer ? .server : .client(keys: { Self.key }), limit: limit, agreement: agreement,
            stock: stock,
            fragment: fragment)
    }

    /// What a handshake comes to.
    private static func agreement(takeover: Bool, bits: Int) -> DeflateAgreement? {
        var request = HandshakePromises.request
        request.extensions = Array("permessage-deflate; client_max_window_bits=\(bits)".utf8)
        let policy = DeflatePolicy(
            serverTakeover: takeover, clientTakeover: takeover, serverWindowBits: bits, smallest: 1)
        return try? Handshake.answer(request, HandshakePolicy(deflate: policy)).deflate
    }
}

/// What has become of what arrived.
struct WebSocketOutcome: Equatable {
    var events: [WebSocketEvent] = []
    var answers: [UInt8] = []
    var isOver = false

    init() {}

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ state: inout WebSocketState
    ) throws(Violation) {
        var output = ByteBuffer()
        var (events, isOver) = ([WebSocketEvent](), false)
        _ = try readStream(bytes, arrivals) { waiting throws(Violation) in
            var copy = Array(waiting)
            let (event, used) = copy.withUnsafeMutableBufferPointer { state.receive($0, into: &output) }
            try require((0...waiting.count).contains(used), "more is used up than there is")
            try require(copy[used...].elementsEqual(waiting[used...]), "what was not used up has changed")
            try require(!isOver || event == nil, "something happens after the end")
            isOver = state.isOver
            guard let event else {
                try require(used == waiting.count, "without an event something is left")
                return (used, true)
            }
            events.append(event)
            return (used, false)
        }
        (self.events, self.isOver, answers) = (events, state.isOver, Array(output.bytes))
    }
}

/// What is promised of the octets of a WebSocket. The input is an octet that chooses the end, and what arrives.
enum WebSocketPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        guard let first = bytes.first else { return }
        let setup = WebSocketSetup(first)
        let wire = UnsafeBufferPointer(rebasing: bytes.dropFirst())
        let stock = DeflateStock()
        let outcome = try sameHoweverCut(wire) { arrivals throws(Violation) in
            var state = setup.state(stock)
            return try WebSocketOutcome(wire, arrivals, &state)
        }
        let expected = WebSocketModel(setup, Array(wire)).outcome()
        try require(outcome == expected, "it is \(outcome), and should be \(expected)")
        for event in outcome.events {
            guard case .message(let message) = event else { continue }
            let size =
                switch message {
                case .text(let text): text.utf8.count
                case .binary(let octets): octets.count
                }
            try require(size <= setup.limit, "a message of \(size) octets")
        }
    }
}
