// The response side of an exchange: what an application says, as CGI or as a Swift value, becomes HTTP/1.1 in the
// client's output. Framing is decided as late as possible: an answer that is complete when it is first sent gets a
// Content-Length, whatever the application said.

import GatewayInterface
import HTTP
import Logging
import Logs
import Octets
import Routing
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
    /// Whether the head is on its way: another response can take its place only as long as none of it has left.
    var isHeadSent = false
    /// Where it begins in what the client gets; see ``Connection/writingPosition``.
    var position = 0
    /// Octets that the announced length still wants.
    var remaining: UInt64 = 0
    var bodyBytesSent: UInt64 = 0
    var isExcessLogged = false
    /// Whether it cannot be completed: the client has to be cut off.
    var isBroken = false
    /// Heads with early hints so far, over all redirects.
    var hintCount = 0
    /// Whether no more of the answer is taken off the application than the client takes, but for a little.
    var isUnbuffered = false
    /// A file to be sent in the place of what the application sends as its body.
    var orderedFile: OrderedFile?
    /// What an application's error answer keeps, where a page is sent in its place.
    var replaced: ReplacedAnswer?
    /// What stands between the answer and the client, where it may be compressed.
    var coding: AnswerCoding?

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
        isBroken = false
        isUnbuffered = false
        orderedFile = nil
        replaced = nil
        coding?.release()
        coding = nil
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
        accountAnswer()
        if let path = head.localRedirect, connection != nil {
            return noteRedirect(to: bytes[path])
        }
        if authorization == .asked, head.status == 200 {
            takeVariables(bytes)
            return .accepted
        }
        if head.sendfile != nil || head.accelRedirect != nil, connection != nil,
            !Status.forbidsBody(head.status), !Status.isEmpty(head.status),
            let progress = takeFileOrder(bytes)
        {
            return progress
        }
        if let pages = route.errorPages, pages.interceptsErrors, pages[head.status] != nil, connection != nil
        {
            return replaceAnswer(bytes)
        }
        response.isUnbuffered = head.isUnbuffered
        response.hasHead = true
        response.status = head.status
        if let policy = route.compression { considerCoding(policy, bytes) }
        let coding = response.coding
        response.position = connection?.writingPosition ?? 0
        connection?.write { output in
            if head.reason.isEmpty {
                ResponseEncoder.appendStatusLine(head.status, to: &output)
            } else {
                ResponseEncoder.appendStatusLine(head.status, reason: bytes[head.reason], to: &output)
            }
            var hasDate = false
            var hasServer = false
            for field in head.fields where !isVariable(field, bytes) {
                let (name, value) = (bytes[field.name], bytes[field.value])
                switch field.kind {
                case .hopByHop:
                    if head.status == 426 { ResponseEncoder.appendUpgrade(name, value, to: &output) }
                    continue
                case .date: hasDate = true
                case .server: hasServer = true
                case .content where AnswerCoding.isIdentity(name, value): continue
                case .other where givesWay(name): continue
                default: if let coding, coding.holds(field.kind, name, value) { continue }
                }
                ResponseEncoder.appendField(name, value, to: &output)
            }
            coding?.appendVary(to: &output)
            context.appendCommonFields(server: !hasServer, date: !hasDate, to: &output)
            appendIDField(to: &output)
        }
        response.isHeadSent = true
        if let coding { settle(coding) }
        if response.coding == nil,
            head.contentLength != nil || Status.forbidsBody(head.status) || Status.isEmpty(head.status)
        {
            endHead(length: head.contentLength)
        }
        writeBody(UnsafeBufferPointer(rebasing: bytes[head.byteCount...]))
        return .accepted
    }

    /// Whether the framing is still open: the head was written without its end.
    var isFramingOpen: Bool {
        response.isHeadSent && response.framing == .forbidden && !Status.forbidsBody(response.status)
    }

    /// Ends the head of an answer that travels as it is.
    func endHead(length: UInt64?) {
        let framing = ResponseFraming.choose(
            status: response.status, length: length, minorVersion: minorVersion, isHead: isHead)
        response.framing = framing
        response.remaining = if case .length(let count) = framing { count } else { 0 }
        if framing == .untilClose || context.isDraining { response.keepsAlive = false }
        connection?.write { output in
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
    }

    /// Takes a part of the body.
    func writeBody(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count > 0, response.orderedFile == nil, response.replaced == nil, !isBeingGranted else {
            return
        }
        if isFramingOpen { return response.held.append(bytes) }
        if let coding = response.coding { return encode(bytes, with: coding) }
        writeFramed(bytes)
    }

    /// Sends a part of the body as it travels.
    func writeFramed(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isHead, bytes.count > 0, let connection else { return }
        switch response.framing {
        case .forbidden, .unstated: return
        case .length:
            let count = Int(min(UInt64(bytes.count), response.remaining))
            response.remaining -= UInt64(count)
            response.bodyBytesSent += UInt64(count)
            connection.write(UnsafeBufferPointer(rebasing: bytes[..<count]))
            if count < bytes.count { logExcess() }
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

    func logExcess() {
        guard !response.isExcessLogged else { return }
        response.isExcessLogged = true
        let reason =
            Status.isEmpty(response.status)
            ? "a body with status \(response.status), which has none; it is dropped"
            : "more than its Content-Length; the rest is dropped"
        context.log.warning("\(mention): the application sent \(reason)")
    }

    /// Whether the client is so far behind that the application should wait.
    var isBackedUp: Bool {
        guard let connection else { return false }
        return response.isUnbuffered
            ? connection.output.isHeld || connection.output.footprint >= Self.unbufferedLimit
            : connection.isBackedUp
    }

    /// Octets that wait in memory for the client of an answer that wants no buffer.
    private static let unbufferedLimit = 65_536

    /// Ends the head of an answer of which nobody knows how long it will be.
    func openFraming() {
        if let coding = response.coding { beginStream(coding) } else { endHead(length: nil) }
    }

    /// Sends what has come so far.
    func flush() {
        guard let connection, !isBeingGranted else { return }
        if isFramingOpen, !response.held.isEmpty {
            openFraming()
            writeBody(response.held.bytes)
            response.held.clear(keeping: 4096)
        }
        if let coding = response.coding { flush(coding) }
        connection.flush()
    }

    /// The application's answer is complete.
    func complete() {
        if isBeingGranted { return connection == nil ? context.giveBack(self) : authorized() }
        if let ordered = response.orderedFile { return deliver(ordered) }
        if let replaced = response.replaced { return deliver(replaced) }
        if isFramingOpen {
            endWhole(
                response.held.bytes,
                length: isHead && response.held.isEmpty ? nil : UInt64(response.held.count))
        } else if let coding = response.coding {
            finish(coding)
        }
        end()
    }

    /// Ends the head of an answer whose body is all there, and sends it.
    ///
    /// - Parameter length: Of the body that a GET would have; `nil` where that is not known.
    func endWhole(_ body: UnsafeBufferPointer<UInt8>, length: UInt64?) {
        if let coding = response.coding { return endWhole(body, length: length, coding) }
        endHead(length: length)
        writeFramed(body)
    }

    /// The answer has been written.
    func end() {
        guard let connection else { return context.giveBack(self) }
        if response.isBroken { return cut() }
        if case .length = response.framing, response.remaining > 0, !isHead {
            logShortfall(response.remaining)
            return cut()
        }
        if response.framing == .chunked { connection.write { $0.append(ResponseEncoder.lastChunk) } }
        connection.finished(keepsAlive: response.keepsAlive)
    }

    func logShortfall(_ count: UInt64) {
        context.log.warning(
            "\(mention): the answer ended \(count) octets before its Content-Length; the client is cut off")
    }

    /// Takes back a response that has begun and of which nothing has left: another one may be sent in its place.
    ///
    /// - Returns: Whether that was possible.
    func takeBack() -> Bool {
        guard let connection, connection.takeBack(from: response.position) else { return false }
        response.bodyBytesSent = 0
        restartResponse()
        return true
    }

    /// The answer broke off after its head: the client must be able to tell. It gets what there is, and with its head complete: a
    /// head that breaks off passes for a whole one with many clients.
    func cut() {
        guard let connection else { return context.giveBack(self) }
        if isFramingOpen {
            openFraming()
            writeBody(response.held.bytes)
        }
        if let coding = response.coding { flush(coding) }
        if account.ending == .complete { account.ending = .application }
        log(status: response.status)
        let isOpenEnded = response.framing == .untilClose
        // Off the connection before anything is sent: a send that fails closes it, and it would end the exchange too.
        connection.detach()
        context.giveBack(self)
        connection.cut(isOpenEnded: isOpenEnded)
    }
}
