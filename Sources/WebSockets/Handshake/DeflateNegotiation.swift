// permessage-deflate (RFC 7692): what the server wants, what a client offers, and what becomes of it (§5, §7.1). Without context
// takeover a socket that waits holds no compressor, and all sockets of a worker share one.

import Compression
import Octets

/// What a server wants of permessage-deflate.
public struct DeflatePolicy: Equatable, Sendable {
    /// Whether the server's messages may refer to those before: smaller, and up to 270 KB for each socket (§7.1.1.1).
    public var serverTakeover: Bool
    /// Whether the client's messages may: up to 40 KB for each socket (§7.1.1.2).
    public var clientTakeover: Bool
    /// The most that the server's window has, as a power of two: 9 to 15 (§7.1.2.1).
    public var serverWindowBits: Int
    /// The most that the client's window is to have, where the client can be told: 9 to 15 (§7.1.2.2).
    public var clientWindowBits: Int
    /// The smallest message that is compressed, in octets.
    public var smallest: Int

    /// Values out of range are brought into it.
    public init(
        serverTakeover: Bool = false, clientTakeover: Bool = false, serverWindowBits: Int = 15,
        clientWindowBits: Int = 15, smallest: Int = 256
    ) {
        self.serverTakeover = serverTakeover
        self.clientTakeover = clientTakeover
        self.serverWindowBits = min(max(serverWindowBits, 9), 15)
        self.clientWindowBits = min(max(clientWindowBits, 9), 15)
        self.smallest = max(1, smallest)
    }
}

/// What was negotiated.
public struct DeflateAgreement: Equatable, Sendable {
    /// Whether the server's messages refer to those before.
    public var serverTakeover: Bool
    /// Whether the client's messages do.
    public var clientTakeover: Bool
    /// The most that the server's window has: 9 to 15.
    public var serverWindowBits: Int
    /// The most that the client's window has: 8 to 15.
    public var clientWindowBits: Int
    /// The smallest message that is compressed, in octets: the server's own choice.
    public var smallest: Int

    /// What stands in a field Sec-WebSocket-Extensions.
    public let answer: String

    /// The same, with the two ends in each other's place: a client writes what a server reads. zlib writes no window of 8 bits.
    var seenByClient: DeflateAgreement {
        var seen = self
        (seen.serverTakeover, seen.clientTakeover) = (clientTakeover, serverTakeover)
        (seen.serverWindowBits, seen.clientWindowBits) = (max(9, clientWindowBits), serverWindowBits)
        return seen
    }
}

extension DeflatePolicy {
    private static let name = Array("permessage-deflate".utf8)

    /// Takes the first offer that can be taken; `nil` where there is none.
    func agreement(among offers: [ExtensionOffer]) -> DeflateAgreement? {
        for offer in offers where offer.name.elementsEqual(Self.name) {
            if let parameters = OfferedParameters(offer), let agreement = agreement(on: parameters) {
                return agreement
            }
        }
        return nil
    }

    private func agreement(on offer: OfferedParameters) -> DeflateAgreement? {
        // zlib cannot write deflate with a window of 256 octets.
        if let bits = offer.serverWindowBits, !RawDeflater.windowBits.contains(bits) { return nil }
        let serverTakeover = self.serverTakeover && !offer.refusesServerTakeover
        // A client who offers it is free not to refer back, whatever the answer is: to say so makes it certain.
        let clientTakeover = self.clientTakeover && !offer.refusesClientTakeover
        let serverBits = min(serverWindowBits, offer.serverWindowBits ?? 15)
        // Only a client that mentions it understands the answer.
        let clientBits = offer.mentionsClientWindow ? min(clientWindowBits, offer.clientWindowBits ?? 15) : 15

        var answer = "permessage-deflate"
        if !serverTakeover { answer += "; server_no_context_takeover" }
        if !clientTakeover { answer += "; client_no_context_takeover" }
        if serverBits < 15 || offer.serverWindowBits != nil {
            answer += "; server_max_window_bits=\(serverBits)"
        }
        if clientBits < 15 { answer += "; client_max_window_bits=\(clientBits)" }
        return DeflateAgreement(
            serverTakeover: serverTakeover, clientTakeover: clientTakeover, serverWindowBits: serverBits,
            clientWindowBits: clientBits, smallest: smallest, answer: answer)
    }
}

/// The parameters of an offer (§7.1).
private struct OfferedParameters {
    var refusesServerTakeover = false
    var refusesClientTakeover = false
    var serverWindowBits: Int?
    var mentionsClientWindow = false
    var clientWindowBits: Int?

    /// `nil` where one is unknown, said twice, or has a value that it cannot have: then the offer is declined (§7.1).
    init?(_ offer: ExtensionOffer) {
        var seen: Set<[UInt8]> = []
        for parameter in offer.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch String(decoding: parameter.name, as: UTF8.self) {
            case "server_no_context_takeover":
                guard parameter.value == nil else { return nil }
                refusesServerTakeover = true
            case "client_no_context_takeover":
                guard parameter.value == nil else { return nil }
                refusesClientTakeover = true
            case "server_max_window_bits":
                guard let bits = Self.windowBits(parameter.value) else { return nil }
                serverWindowBits = bits
            case "client_max_window_bits":
                mentionsClientWindow = true
                guard parameter.value != nil else { continue }
                guard let bits = Self.windowBits(parameter.value) else { return nil }
                clientWindowBits = bits
            default: return nil
            }
        }
    }

    private static func windowBits(_ value: [UInt8]?) -> Int? {
        guard let value, let bits = FieldValue.number(value), (8...15).contains(bits) else { return nil }
        return bits
    }
}
