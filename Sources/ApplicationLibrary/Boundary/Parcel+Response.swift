// A response on its way from the library (`lend`) to the gateway (`open`). What makes a stream or serves a
// WebSocket stays in the library, and the gateway gets a handle of it.

import CGatewayApplication
import GatewayInterface

extension Response {
    /// Lends the response to a call, which takes the handle in it.
    func lend(_ body: (UnsafePointer<gateway_response>) -> Void) {
        fields.lend { fields in
            status.reasonPhrase.lend { reason in
                var response = gateway_response()
                response.status = UInt32(status.code)
                response.reason = reason
                response.fields = fields
                response.length = -1
                self.body.lend(in: &response, body)
            }
        }
    }
}

extension ResponseFields {
    fileprivate func lend(_ body: (gateway_bytes) -> Void) { ApplicationLibrary.lend(self, body) }
}

extension ResponseBody {
    fileprivate func lend(
        in response: inout gateway_response, _ body: (UnsafePointer<gateway_response>) -> Void
    ) {
        switch self {
        case .bytes(let bytes):
            response.body_kind = UInt32(GATEWAY_BYTES)
            bytes.lend {
                response.body = $0
                body(&response)
            }
        case .file(let path):
            response.body_kind = UInt32(GATEWAY_FILE)
            path.lend {
                response.body = $0
                body(&response)
            }
        case .stream(let stream):
            response.body_kind = UInt32(GATEWAY_STREAM)
            response.length = stream.length.map { Int64($0) } ?? -1
            response.is_endless = stream.isEndless ? 1 : 0
            response.handle = Handle.give(ExportedStream(stream))
            body(&response)
        case .webSocket(let upgrade):
            response.body_kind = UInt32(GATEWAY_WEBSOCKET)
            response.handle = Handle.give(ExportedServer(upgrade))
            upgrade.options.lend {
                response.websocket = $0
                body(&response)
            }
        }
    }
}

extension gateway_response {
    /// The response as one of the gateway's own, copied.
    func open(_ origin: Origin) throws -> Response {
        // Taken first: it is given back whatever comes.
        let handle = handle.map { origin.library.adopt($0) }
        // What more a status has to be is seen by whoever sends it.
        guard status <= 999 else {
            throw ForeignError(description: "the library answers with the status \(status)")
        }
        let status = HTTPResponse.Status(code: Int(status), reasonPhrase: reason.text)
        let fields = ResponseFields(fields.pairs)
        switch (Int(body_kind), handle) {
        case (GATEWAY_BYTES, _): return Response(status: status, fields: fields, body: body.array)
        case (GATEWAY_FILE, _): return Response(status: status, fields: fields, file: body.text)
        case (GATEWAY_STREAM, let stream?):
            let body = ResponseStream(
                length: length < 0 ? nil : Int(clamping: length), isEndless: is_endless != 0
            ) { try await origin.make(stream, $0) }
            return Response(status: status, fields: fields, body: .stream(body))
        case (GATEWAY_WEBSOCKET, let server?):
            var response = Response.webSocket(
                fields: fields, options: websocket?.pointee.open() ?? WebSocketOptions()
            ) { try await origin.serve(server, $0) }
            response.status = status
            return response
        default: throw ForeignError(description: "the library answers with a body of the kind \(body_kind)")
        }
    }
}
