/// A message, whole (RFC 6455, §5.6).
public enum WebSocketMessage: Equatable, Sendable {
    case text(String)
    case binary([UInt8])

    /// - Parameter octets: UTF-8 already, where it is text.
    init(_ kind: MessageKind, _ octets: UnsafeBufferPointer<UInt8>) {
        switch kind {
        case .text: self = .text(String(decoding: octets, as: UTF8.self))
        case .binary: self = .binary(Array(octets))
        }
    }
}
