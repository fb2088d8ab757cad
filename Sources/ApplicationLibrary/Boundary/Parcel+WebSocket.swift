// Messages of a WebSocket, as parcels.

import CGatewayApplication
import GatewayInterface

extension Parcel {
    /// A message; `nil` is the end.
    init(_ message: WebSocket.Message?) {
        switch message {
        case .text(let text): self.init(bytes: Array(text.utf8), message: UInt32(GATEWAY_TEXT))
        case .binary(let bytes): self.init(bytes: bytes, message: UInt32(GATEWAY_BINARY))
        case nil: self.init(message: UInt32(GATEWAY_NO_MESSAGE))
        }
    }

    /// The message in it; `nil` at the end.
    var socketMessage: WebSocket.Message? {
        switch Int(message) {
        case GATEWAY_TEXT: .text(String(decoding: bytes, as: UTF8.self))
        case GATEWAY_BINARY: .binary(bytes)
        default: nil
        }
    }
}
