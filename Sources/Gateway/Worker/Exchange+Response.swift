// The response side of an exchange: what an application says, as CGI or as a Swift value, becomes HTTP/1.1 in the
// client's output. Framing is decided as late as possible: an answer that is complete when it is first sent gets a
// Content-Length, whatever the application said.

import GatewayInterface
import HTTP
import Logging
import Octets
import Syscalls

/// How far a response is.
struct ResponseState: ~Copyable {
    /// The application's head while it is incomplete.
    var partialHead = ByteBuffer()
    /// Body bytes that came before the framing was decided.
    var held = ByteBuffer()
    var status = 200
    var keepsAlive = true
    var framing = ResponseFraming.forbidden
    /// Whether the application's head has been read.
    var hasHead = false
    /// Whether the head is on its way, so that no other answer can take its place.
    var isHeadSent = false
    /// Octets that the announced length still wants.
    var remaining: UInt64 = 0
    var bodyBytesSent: UInt64 = 0
    var isExcessLogged = false
    /// Heads with early hints so far, over all redirects.
    var hintCount = 0
    /// Whether no more of the answer is taken off the application than the client takes, but for a little.
    var isUnbuffered = false
    /// A file to be sent in the place of what the application sends as its body.
    var orderedFile: OrderedFile?

    mutating func reset() {
        restart()
        hintCount = 0
        keepsAlive = true
        bodyBytesSent = 0
    }

    /// Gets ready for another application's answer to the same request.
    mutating func restart() {
        partialHead.clear(keeping: 0)
        held.clear(keeping: 4096)
        hasHead = false
        isHeadSent = false
        framing = .forbidden
        remaining = 0
        status = 200
        isExcessLogged = false
        isUnbuffered = false
        orderedFile = nil
    }
}

/// What became of a piece of an answer.
enum ResponseProgress {
    case accepted
    /// The answer cannot be passed on.
    case malformed(CGIResponseError)
    /// The application wants another path to be answered instead.
    case redirected
}

extension Exchange {
    // MARK: An application's answer, as CGI

    /// Takes a part of what the application says.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        guard !response.hasHead else {
            writeBody(bytes)
            return .accepted
        }
        do {
            if response.partialHead.isEmpty {
                guard try parser.parse(bytes.span, into: &head) else {
                    response.partialHead.append(bytes)
                    return .accepted
                }
                guard head.isInterim else { return takeHead(bytes) }
                try sendEarlyHints(bytes)
                response.partialHead.append(UnsafeBufferPointer(rebasing: bytes[head.byteCount...]))
                parser.reset()
            } else {
                response.partialHead.append(bytes)
            }
            while try parser.parse(response.partialHead.bytes.span, into: &head) {
                guard head.isInterim else {
                    // Out of the buffer that the body will not need any more.
                    let progress = takeHead(response.partialHead.bytes)
                    response.partialHead.clear(keeping: 0)
                    return progress
                }
                try sendEarlyHints(response.partialHead.bytes)
                response.partialHead.consume(head.byteCount)
                parser.reset()
            }
            return .accepted
        } catch {
            return .malformed(error)
        }
    }

    private func takeHead(_ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        if let path = head.localRedirect, connection != nil {
            return noteRedirect(to: bytes[path])
        }
        if authorization == .asked, head.status == 200 {
            takeVariables(bytes)
            return .accepted
        }
        if head.sendfile != nil || head.accelRedirect != nil, connection != nil,
            !Status.forbidsBody(head.status), let progress = takeFileOrder(bytes)
        {
            return progress
        }
        response.isUnbuffered = head.isUnbuffered
        response.hasHead = true
        response.status = head.status
        accountAnswer()
        connection?.write { output in
            if head.reason.isEmpty {
                ResponseEncoder.appendStatusLine(head.status, to: &output)
            } else {
                ResponseEncoder.appendStatusLine(head.status, reason: bytes[head.reason], to: &output)
            }
            var hasDate = false
            var hasServer = false
            for field in head.fields
            where field.kind != .hopByHop && !isVariable(field, bytes) && !givesWay(bytes[field.name]) {
                if field.kind == .date { hasDate = true }
                if field.kind == .server { hasServer = true }
                ResponseEncoder.appendField(bytes[field.name], bytes[field.value], to: &output)
            }
            context.appendCommonFields(server: !hasServer, date: !hasDate, to: &output)
            appendIDField(to: &output)
        }
        response.isHeadSent = true
        if head.contentLength != nil || Status.forbidsBody(head.status) {
            endHead(length: head.contentLength)
        }
        writeBody(UnsafeBufferPointer(rebasing: bytes[head.byteCount...]))
        return .accepted
    }

    /// Whether the framing is still open: the head was written without its end.
    private var isFramingOpen: Bool {
        response.isHeadSent && response.framing == .forbidden && !Status.forbidsBody(response.status)
    }

    private func endHead(length: UInt64?) {
        let framing = ResponseFraming.choose(
            status: response.status, length: length, minorVersion: minorVersion, isHead: isHead)
        response.framing = framing
        response.remaining = length ?? 0
        if framing == .untilClose || context.isDraining { response.keepsAlive = false }
        connection?.write { output in
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
    }

    private func writeBody(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count > 0, response.orderedFile == nil, !isBeingGranted else { return }
        if isFramingOpen { return response.held.append(bytes) }
        writeFramed(bytes)
    }

    private func writeFramed(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isHead, bytes.count > 0, let connection else { return }
        switch response.framing {
        case .forbidden, .unstated: return
        case .length:
            let count = Int(min(UInt64(bytes.count), response.remaining))
            response.remaining -= UInt64(count)
            response.bodyBytesSent += UInt64(count)
            connection.write(UnsafeBufferPointer(rebasing: bytes[..<count]))
            if count < bytes.count, !response.isExcessLogged {
                response.isExcessLogged = true
                context.log.warning(
                    "\(mention): the application sent more than its Content-Length; the rest is dropped")
            }
        case .chunked:
            response.bodyBytesSent += UInt64(bytes.count)
            connection.write { ResponseEncoder.appendChunkSize(bytes.count, to: &$0) }
            connection.write(bytes)
            connection.write { $0.append("\r\n") }
        case .untilClose:
            response.bodyBytesSent += UInt64(bytes.count)
            connection.write(bytes)
        }
    }

    /// Whether the client is so far behind that the application should wait.
    var isBackedUp: Bool {
        guard let connection else { return false }
        return response.isUnbuffered
            ? connection.output.footprint >= Self.unbufferedLimit : connection.isBackedUp
    }

    /// Octets that wait in memory for the client of an answer that wants no buffer.
    private static let unbufferedLimit = 65_536

    /// Sends what has come so far.
    func flush() {
        guard let connection, !isBeingGranted else { return }
        if isFramingOpen, !response.held.isEmpty {
            endHead(length: nil)
            writeFramed(response.held.bytes)
            response.held.clear(keeping: 4096)
        }
        connection.flush()
    }

    /// The application's answer is complete.
    func complete() {
        if isBeingGranted { return connection == nil ? context.giveBack(self) : authorized() }
        if let ordered = response.orderedFile { return deliver(ordered) }
        if isFramingOpen {
            endHead(length: isHead && response.held.isEmpty ? nil : UInt64(response.held.count))
            writeFramed(response.held.bytes)
        }
        guard let connection else { return context.giveBack(self) }
        if case .length = response.framing, response.remaining > 0, !isHead {
            context.log.warning(
                "\(mention): the answer ended \(response.remaining) octets before its Content-Length; the client is cut off"
            )
            return cut()
        }
        if response.framing == .chunked { connection.write { $0.append(ResponseEncoder.lastChunk) } }
        log(status: response.status)
        connection.finished(keepsAlive: response.keepsAlive)
    }

    /// The answer broke off after its head: the client must be able to tell.
    func cut() {
        guard let connection else { return context.giveBack(self) }
        if account.ending == .complete { account.ending = .application }
        log(status: response.status)
        let isUnframed = response.framing == .untilClose
        // Off the connection before anything is sent: a send that fails closes it, and it would end the exchange too.
        connection.detach()
        context.giveBack(self)
        connection.cut(isUnframed: isUnframed)
    }

    // MARK: The gateway's own answers

    /// Answers with an error of the gateway's, or cuts the answer that has begun.
    func fail(status: Int, _ explanation: String, retryAfter: Int? = nil, allow: StaticString? = nil) {
        guard !response.isHeadSent else { return cut() }
        guard let connection else { return context.giveBack(self) }
        restartResponse()
        response.status = status
        response.isHeadSent = true
        var page = ByteBuffer(capacity: 256)
        page.append("<!doctype html><title>")
        appendTitle(status, to: &page)
        page.append("</title><h1>")
        appendTitle(status, to: &page)
        page.append("</h1><p>")
        page.append(text: explanation)
        page.append("</p>\n")
        if context.isDraining { response.keepsAlive = false }
        connection.write { output in
            ResponseEncoder.appendStatusLine(status, to: &output)
            context.appendCommonFields(server: true, date: true, to: &output)
            appendIDField(to: &output)
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
            output.append("Content-Type: text/html; charset=utf-8\r\n")
            ResponseEncoder.appendEnd(
                framing: .length(UInt64(page.count)), keepsAlive: response.keepsAlive,
                minorVersion: minorVersion,
                to: &output)
            if !isHead { output.append(page.bytes) }
        }
        if !isHead { response.bodyBytesSent = UInt64(page.count) }
        log(status: status)
        connection.finished(keepsAlive: response.keepsAlive)
    }

    private func appendTitle(_ status: Int, to page: inout ByteBuffer) {
        page.append(decimal: UInt64(status))
        page.append(ASCII.space)
        page.append(Status.reason(status))
    }

    /// Answers a request that is refused; the connection ends with it.
    func refuse(_ error: RequestError) {
        response.keepsAlive = false
        if error == .timeout { account.ending = .timeout }
        fail(status: error.status, error.explanation)
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
                output.append(query)
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
            if let contentType, !body.isEmpty {
                output.append("Content-Type: ")
                contentType.withUnsafeBufferPointer { output.append($0) }
                output.append("\r\n")
            }
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
        if case .length = framing, !isHead {
            response.bodyBytesSent = UInt64(body.count)
            body.withUnsafeBufferPointer { connection.write($0) }
        }
        log(status: status)
        connection.finished(keepsAlive: response.keepsAlive)
    }
}
