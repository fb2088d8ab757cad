// What of a request decides about an upgrade (RFC 6455, §4.2.1). It happens once a connection, so the values are copied.

import Octets

/// The fields of a request that a WebSocket may begin with.
public struct HandshakeRequest: Equatable, Sendable {
    /// The method, as it was sent.
    public var method: [UInt8]
    /// The version of HTTP, 1.`minorVersion`.
    public var minorVersion: Int
    /// The values of the fields; lines of the same name are joined with a comma (RFC 9110, §5.3). `nil` for a field that is
    /// not there.
    public var host, origin, upgrade, connection, key, version, protocols, extensions: [UInt8]?

    /// Without fields.
    public init(method: [UInt8], minorVersion: Int) {
        self.method = method
        self.minorVersion = minorVersion
    }

    /// Takes a line of the head, if it matters.
    ///
    /// - Parameters:
    ///   - name: In any case.
    ///   - value: Without the white space around it.
    public mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        for (known, field) in Self.fields where name.matches(lowercase: known) {
            if self[keyPath: field] == nil {
                self[keyPath: field] = Array(value)
            } else {
                self[keyPath: field]! += Array(", ".utf8) + value
            }
        }
    }

    /// The first list says it all: whether a request asks for a WebSocket (RFC 9110, §7.8).
    public var asksForWebSocket: Bool { FieldValue.lists(upgrade, "websocket") }

    private static var fields: [(StaticString, WritableKeyPath<HandshakeRequest, [UInt8]?>)] {
        [
            ("host", \.host), ("origin", \.origin), ("upgrade", \.upgrade), ("connection", \.connection),
            ("sec-websocket-key", \.key), ("sec-websocket-version", \.version),
            ("sec-websocket-protocol", \.protocols), ("sec-websocket-extensions", \.extensions),
        ]
    }
}
