/// How large a request head may be. Each limit bounds what one client can make the gateway hold or read.
public struct RequestLimits: Equatable, Sendable {
    /// Octets of the request line without its CRLF; beyond it 414. RFC 9112, §3, asks for at least 8 000.
    public var requestLine = 8190
    /// Number of header fields, and of the names in all Connection fields; beyond it 431. Stops floods of tiny fields and names,
    /// which cost more than their bytes.
    public var fieldCount = 100
    /// Octets of one field line without its CRLF; beyond it 431.
    public var fieldLine = 8190
    /// Octets of the whole head; beyond it 431. Bounds the memory of a connection that dribbles its head.
    public var head = 65_536

    /// The defaults.
    public init() {}
}
