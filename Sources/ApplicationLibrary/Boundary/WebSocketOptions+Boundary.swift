// What a WebSocket is, on its way from the library (`lend`) to the gateway (`open`).

import CGatewayApplication
import GatewayInterface

extension WebSocketOptions {
    /// Lends the options to a call.
    func lend(_ body: (UnsafePointer<gateway_websocket_options>) -> Void) {
        var options = gateway_websocket_options()
        options.message_limit = UInt64(clamping: messageLimit)
        options.ping_interval = UInt64(clamping: pingInterval)
        switch compression {
        case .off: options.compression = UInt32(GATEWAY_UNCOMPRESSED)
        case .perMessage(let count):
            options.compression = UInt32(GATEWAY_PER_MESSAGE)
            options.compress_from = UInt64(clamping: count)
        case .withContext(let count):
            options.compression = UInt32(GATEWAY_WITH_CONTEXT)
            options.compress_from = UInt64(clamping: count)
        }
        let listed: [String]
        switch origins {
        case .same: (options.origin_rule, listed) = (UInt32(GATEWAY_SAME_ORIGIN), [])
        case .any: (options.origin_rule, listed) = (UInt32(GATEWAY_ANY_ORIGIN), [])
        case .list(let origins): (options.origin_rule, listed) = (UInt32(GATEWAY_LISTED_ORIGINS), origins)
        }
        ApplicationLibrary.lend(subprotocols.map { ($0, "") }) { subprotocols in
            ApplicationLibrary.lend(listed.map { ($0, "") }) { origins in
                options.subprotocols = subprotocols
                options.origins = origins
                body(&options)
            }
        }
    }
}

extension gateway_websocket_options {
    /// The options, copied. What is unknown becomes the safer choice: pages of the same host, no compression.
    func open() -> WebSocketOptions {
        var options = WebSocketOptions()
        options.subprotocols = subprotocols.pairs.map(\.name)
        options.messageLimit = Int(clamping: message_limit)
        options.pingInterval = Int(clamping: ping_interval)
        options.origins =
            switch Int(origin_rule) {
            case GATEWAY_ANY_ORIGIN: .any
            case GATEWAY_LISTED_ORIGINS: .list(origins.pairs.map(\.name))
            default: .same
            }
        options.compression =
            switch Int(compression) {
            case GATEWAY_PER_MESSAGE: .perMessage(atLeast: Int(clamping: compress_from))
            case GATEWAY_WITH_CONTEXT: .withContext(atLeast: Int(clamping: compress_from))
            default: .off
            }
        return options
    }
}
