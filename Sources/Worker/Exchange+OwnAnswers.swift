// The answers that are the gateway's own: errors, redirects, and what the configuration says.

import GatewayInterface
import HTTP
import Logs
import Octets
import Routing

extension Exchange {
    /// Answers with an error of the gateway's, or cuts the answer of which a part has left.
    func fail(status: Int, _ explanation: String, retryAfter: Int? = nil, allow: StaticString? = nil) {
        guard !response.isHeadSent || takeBack() else { return cut() }
        guard connection != nil else { return context.giveBack(self) }
        restartResponse()
        if let page = route.errorPages?[status] {
            return page.text.withUnsafeBufferPointer { text in
                page.type.withUnsafeBufferPointer { sendError(status, text, $0, retryAfter, allow) }
            }
        }
        var page = ByteBuffer(capacity: 256)
        page.appendPage(status, explanation)
        let type: StaticString = "text/html; charset=utf-8"
        sendError(
            status, page.bytes, UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount),
            retryAfter, allow)
    }

    private func sendError(
        _ status: Int, _ page: UnsafeBufferPointer<UInt8>, _ type: UnsafeBufferPointer<UInt8>,
        _ retryAfter: Int?, _ allow: StaticString?
    ) {
        send(status, page, type: type) { output in
            if let retryAfter {
                output.append("Retry-After: ")
                output.append(decimal: UInt64(retryAfter))
                output.append("\r\n")
            }
            if let allow {
                output.append("Allow: ")
                output.append(allow)
                output.append("\r\n")
            }
        }
    }

    /// Answers a request that is refused; the connection ends with it.
    func refuse(_ error: RequestError) {
        response.keepsAlive = false
        if error == .timeout { account.ending = .timeout }
        fail(status: error.status, error.explanation, retryAfter: error == .overloaded ? 1 : nil)
    }

    /// Answers with a redirect.
    ///
    /// - Parameter keepsQuery: Whether the query of the request goes along.
    func redirectClient(status: Int, to location: [UInt8], keepsQuery: Bool) {
        answer(status: status, contentType: nil, body: []) { output in
            output.append("Location: ")
            location.withUnsafeBufferPointer { output.append($0) }
            if keepsQuery, let query = NameValuePairs.value(of: "QUERY_STRING", in: environ.bytes),
                query.count > 0
            {
                output.append("?")
                // An application's own redirect may have led here with what no request line could hold.
                for octet in query {
                    if ASCII.isTarget(octet) {
                        output.append(octet)
                    } else {
                        output.append("%", escaping: octet)
                    }
                }
            }
            output.append("\r\n")
        }
    }

    /// Answers with what the configuration says.
    func respond(_ answer: FixedResponse) {
        self.answer(status: answer.status, contentType: answer.contentType, body: answer.text) { _ in }
    }

    private func answer(
        status: Int, contentType: [UInt8]?, body: [UInt8], fields: (inout ByteBuffer) -> Void
    ) {
        body.withUnsafeBufferPointer { body in
            guard let contentType, body.count > 0 else { return send(status, body, type: nil, fields) }
            contentType.withUnsafeBufferPointer { send(status, body, type: $0, fields) }
        }
    }

    /// Sends an answer that is all there.
    ///
    /// - Parameters:
    ///   - type: The media type of the body; `nil` for none.
    ///   - fields: Writes what else the head says.
    func send(
        _ status: Int, _ body: UnsafeBufferPointer<UInt8>, type: UnsafeBufferPointer<UInt8>?,
        _ fields: (inout ByteBuffer) -> Void
    ) {
        guard let connection else { return context.giveBack(self) }
        response.status = status
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        let framing = ResponseFraming.choose(
            status: status, length: UInt64(body.count), minorVersion: minorVersion, isHead: isHead)
        connection.write { output in
            ResponseEncoder.appendStatusLine(status, to: &output)
            context.appendCommonFields(server: true, date: true, to: &output)
            appendIDField(to: &output)
            fields(&output)
            if let type {
                output.append("Content-Type: ")
                output.append(type)
                output.append("\r\n")
            }
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
        if case .length(1...) = framing, !isHead {
            response.bodyBytesSent = UInt64(body.count)
            connection.write(body)
        }
        connection.finished(keepsAlive: response.keepsAlive)
    }
}
