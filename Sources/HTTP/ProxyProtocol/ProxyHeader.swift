// What a proxy that relays bytes says before the first of them (The PROXY protocol, versions 1 and 2; haproxy's
// proxy-protocol.txt, cited here by its sections). A function of the bytes that have come so far: more are needed,
// this is no header, or here it is. The answer does not depend on how the bytes were cut into reads.

import Octets

/// A header of the PROXY protocol. Ranges are offsets into the bytes that it was read from.
public struct ProxyHeader: Equatable, Sendable {
    /// An address and a port.
    public struct Endpoint: Equatable, Sendable {
        /// The address.
        public let address: NetworkAddress
        /// The port.
        public let port: UInt16
    }

    /// Whose connection it is.
    public enum Origin: Equatable, Sendable {
        /// The proxy's own: a health check.
        case local
        /// That of a client that the proxy cannot name.
        case unknown
        /// That of a client, and where it wanted to go.
        case network(source: Endpoint, destination: Endpoint)
        /// That of a client on the proxy's machine: the paths of both sockets.
        case unix(source: ByteRange, destination: ByteRange)
    }

    /// Which versions are accepted. A receiver must not guess whether there is a header at all (§2.).
    public struct Versions: OptionSet, Sendable {
        /// A bit for each version.
        public let rawValue: UInt8
        /// The versions of these bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A line of text.
        public static let one = Versions(rawValue: 1)
        /// Binary.
        public static let two = Versions(rawValue: 2)
    }

    /// Octets of a header of version 2 at the most. Proxies send a few hundred; the length field could ask for 64 KiB to
    /// be kept for each connection of which nothing is known yet.
    public static let longest = 4096

    /// Whose connection it is.
    public internal(set) var origin: Origin
    /// Octets of the header.
    public internal(set) var byteCount: Int
    /// Whether the client came by datagrams (QUIC, as a rule) and not by a stream.
    public internal(set) var isDatagram = false
    /// What is said beside the addresses.
    public internal(set) var extras = ProxyExtras()

    /// Reads a header.
    ///
    /// - Parameter bytes: Everything received since the connection was made.
    /// - Returns: `nil` where more bytes are needed.
    public init?(
        parsing bytes: Span<UInt8>, accepting versions: Versions
    ) throws(ProxyHeaderError) {
        guard bytes.count > 0 else { return nil }
        let header: ProxyHeader?
        switch bytes[0] {
        case Self.textSignature.utf8Start[0] where versions.contains(.one):
            header = try Self.parseText(bytes)
        case Self.binarySignature[0] where versions.contains(.two):
            header = try Self.parseBinary(bytes)
        default: throw .noHeader
        }
        guard let header else { return nil }
        self = header
    }

    init(_ origin: Origin, byteCount: Int) {
        self.origin = origin
        self.byteCount = byteCount
    }
}

/// Why bytes are no header. The connection is closed without a word (§2.: the receiver must abort it).
public enum ProxyHeaderError: Error, Equatable, Sendable {
    /// They begin with something else, or with a version that is not accepted.
    case noHeader
    /// A line of version 1 without an end in 107 octets, or a header of version 2 beyond ``ProxyHeader/longest``.
    case tooLong
    /// A line of version 1 that is malformed.
    case malformedLine
    /// A version, command, family or transport that does not exist.
    case unknownKind
    /// A length that is too short for its addresses, or for an extra, or an extra that is malformed.
    case malformedExtra
    /// The checksum is wrong.
    case checksum

    /// In words, for the log.
    public var explanation: String {
        switch self {
        case .noHeader: "it did not begin with a PROXY header of an accepted version"
        case .tooLong: "its PROXY header is too long"
        case .malformedLine: "its PROXY line is malformed"
        case .unknownKind: "its PROXY header has an unknown version, command or family"
        case .malformedExtra: "its PROXY header is malformed"
        case .checksum: "the checksum of its PROXY header is wrong"
        }
    }
}
