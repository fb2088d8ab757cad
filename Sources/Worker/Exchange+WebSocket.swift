// The answer that makes a connection a WebSocket (RFC 6455, §4.2).

import GatewayInterface
import HTTP
import Octets
import WebSockets

extension Exchange {
    /// Answers a request that is to become a WebSocket. Where it does, the connection is one from here on.
    ///
    /// - Returns: What was agreed on; `nil` where the client has been refused.
    func beginWebSocket(_ answer: Response, _ options: WebSocketOptions) -> HandshakeAnswer? {
        accountAnswer()
        guard mayBegin(answer) else {
            respond(answer)
            return nil
        }
        guard !context.isDraining else {
            fail(status: 503, "The server is going away.", retryAfter: 1)
            return nil
        }
        do throws(HandshakeFailure) {
            let request = handshakeRequest
            guard request.asksForWebSocket else { throw .version }
            guard bodyReceived == 0, !bodyState.isOwed else { throw .method }
            let handshake = try Handshake.answer(request, HandshakePolicy(options))
            open(answer, handshake)
            return handshake
        } catch {
            refuseWebSocket(error)
            return nil
        }
    }

    private func open(_ answer: Response, _ handshake: HandshakeAnswer) {
        response.status = 101
        response.hasHead = true
        response.isHeadSent = true
        response.isUnbuffered = true
        response.keepsAlive = false
        connection?.write { output in
            ResponseEncoder.appendStatusLine(101, to: &output)
            for field in handshake.fields { output.appendLine(field.name, field.value) }
            for field in answer.fields.endToEnd {
                var name = field.name
                let kind = name.withUTF8 {
                    CGIFieldName.recognise(ByteRange(0, $0.count), in: $0.span)
                }
                // An interim answer has no body that could be described.
                if kind.isHint { output.appendLine(field.name, field.value) }
            }
            context.appendCommonFields(server: true, date: true, to: &output)
            appendIDField(to: &output)
            output.append("\r\n")
        }
    }

    private func refuseWebSocket(_ failure: HandshakeFailure) {
        let text =
            switch failure {
            case .version: "This is a WebSocket (RFC 6455, version 13).\n"
            case .origin: "Pages of another host may not open this WebSocket.\n"
            default: "The request for a WebSocket is malformed: \(failure).\n"
            }
        var refusal = Response(status: .init(code: failure.status), text)
        for field in failure.fields { refusal.fields.append(field.name, field.value) }
        respond(refusal)
    }

    private var handshakeRequest: HandshakeRequest {
        func value(_ name: StaticString) -> [UInt8]? {
            NameValuePairs.value(of: name, in: environ.bytes).map { Array($0) }
        }
        var request = HandshakeRequest(
            method: value("REQUEST_METHOD") ?? [],
            minorVersion: value("SERVER_PROTOCOL") == Array("HTTP/1.1".utf8) ? 1 : 0)
        request.host = value("HTTP_HOST")
        request.origin = value("HTTP_ORIGIN")
        request.upgrade = value("GATEWAY_UPGRADE")
        // Without that field the variable is not there.
        request.connection = request.upgrade.map { _ in Array("upgrade".utf8) }
        request.key = value("HTTP_SEC_WEBSOCKET_KEY")
        request.version = value("HTTP_SEC_WEBSOCKET_VERSION")
        request.protocols = value("HTTP_SEC_WEBSOCKET_PROTOCOL")
        request.extensions = value("HTTP_SEC_WEBSOCKET_EXTENSIONS")
        return request
    }
}

extension HandshakePolicy {
    fileprivate init(_ options: WebSocketOptions) {
        let deflate: DeflatePolicy? =
            switch options.compression {
            case .off: nil
            case .perMessage(let smallest): DeflatePolicy(smallest: smallest)
            case .withContext(let smallest):
                DeflatePolicy(serverTakeover: true, clientTakeover: true, smallest: smallest)
            }
        let origins: OriginPolicy =
            switch options.origins {
            case .same: .same
            case .any: .any
            case .list(let origins): .list(origins)
            }
        self.init(subprotocols: options.subprotocols, deflate: deflate, origins: origins)
    }
}

extension ByteBuffer {
    fileprivate mutating func appendLine(_ name: String, _ value: String) {
        append(text: name)
        append(": ")
        append(text: value)
        append("\r\n")
    }
}
