// The end of a request. Whatever becomes of one — answered, refused, cut off, left by its client, or stopped — its end is decided here,
// once: the hook, the line of the access log and the account of requests in flight all go by it.

import EventLoop
import GatewayInterface
import HTTP
import Logs
import Octets
import Scoreboard
import Syscalls

/// What is noted of a request on its way for the line that it will be. Times are microseconds of the monotonic clock, 0 for what
/// has not come about or is not asked for.
struct RequestAccount {
    /// On its connection, from 1; 0 before its head was understood.
    var number = 0
    /// Octets of its head.
    var headCount = 0
    var begunAt: UInt64 = 0
    var dispatchedAt: UInt64 = 0
    /// When the application that answers got it, and when that began to answer.
    var takenAt: UInt64 = 0
    var answeredAt: UInt64 = 0
    /// When the answer was complete, where the client did not take it at once.
    var endedAt: UInt64 = 0
    /// Who answers.
    var upstream: Upstream?
    /// Its place among the requests in flight; `nil` where it is not among them.
    var slot: Int?
    var ending = RequestEnding.complete
    /// Whether a head of an answer is being written, whose fields are noted.
    var isInHead = false
}

extension Exchange {
    // MARK: On its way

    /// The head is understood.
    ///
    /// - Parameter isIDPassedOn: Whether a peer has named the request.
    func beginAccount(_ head: RequestHead, number: Int, isIDPassedOn: Bool) {
        guard context.accessLog != nil else { return }
        account.number = number
        account.headCount = head.byteCount
        if context.logNeeds.times { account.begunAt = Clock.monotonicMicroseconds() }
        guard let inFlight = context.inFlight else { return }
        let pairs = environ.bytes
        let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        account.slot = inFlight.begin(
            // They stand near the front of the environ.
            method: NameValuePairs.value(of: "REQUEST_METHOD", in: pairs) ?? empty,
            target: NameValuePairs.value(of: "REQUEST_URI", in: pairs) ?? empty,
            client: NameValuePairs.value(of: "REMOTE_ADDR", in: pairs) ?? empty,
            passedID: isIDPassedOn ? NameValuePairs.value(of: "REQUEST_ID", in: pairs) ?? empty : empty,
            number: id, since: context.loop.now, minorVersion: head.minorVersion)
    }

    /// The body is complete.
    func accountDispatch() {
        if context.logNeeds.times { account.dispatchedAt = Clock.monotonicMicroseconds() }
    }

    /// An application gets the request.
    func taken(by upstream: @autoclosure () -> Upstream) {
        let needs = context.logNeeds
        if needs.times {
            account.takenAt = Clock.monotonicMicroseconds()
            account.answeredAt = 0
        }
        if needs.upstream { account.upstream = upstream() }
    }

    /// The application begins to answer.
    func accountAnswer() {
        if context.logNeeds.times { account.answeredAt = Clock.monotonicMicroseconds() }
    }

    /// Notes fields of an answer's head as it is written, where a format asks for some.
    ///
    /// - Parameter bytes: What was just written: a head, a part of one, or something else.
    func noteFields(in bytes: UnsafeBufferPointer<UInt8>) {
        guard let wanted = context.accessLog?.responseFields else { return }
        if bytes.count > 5, UnsafeBufferPointer(rebasing: bytes[..<5]).equals("HTTP/") {
            // Of early hints and the head that follows, the later one is the answer.
            account.isInHead = true
            notedFields.clear()
        }
        var start = 0
        while account.isInHead, start < bytes.count {
            let end = bytes.span.firstLineFeed(from: start) ?? bytes.count
            let line = UnsafeBufferPointer(rebasing: bytes[start..<end].prefix { $0 != ASCII.carriageReturn })
            start = end + 1
            if line.count == 0 { account.isInHead = false } else { note(line, wanted) }
        }
    }

    private func note(_ line: UnsafeBufferPointer<UInt8>, _ wanted: [[UInt8]]) {
        guard let colon = line.firstIndex(of: ASCII.colon) else { return }
        for name in wanted where name.count == colon {
            guard zip(name, line).allSatisfy({ $0 == ASCII.lowercased($1) }) else { continue }
            let value = line[line.span.trimmed(ByteRange(colon + 1, line.count))]
            notedFields.appendPairLengths(name: name.count, value: value.count)
            name.withUnsafeBufferPointer { notedFields.append($0) }
            return notedFields.append(value)
        }
    }

    // MARK: Its end

    /// The request is over: counts it, and tells the hook, the access log and the table of requests in flight. Called once for each request.
    func log(status: Int) {
        context.counters.request(status: status)
        context.scoreboard.countRequest(worker: context.index)
        // With a backend it went to the application, and ``announce()`` was called for it.
        if backend != nil, let hook = context.postRequest { hook(context.info, environValue, status) }
        guard let accessLog = context.accessLog else { return }
        var entry = AccessEntry(status: status)
        entry.environ = environ.bytes
        if environ.isEmpty { entry.peer = connection?.peer } else { entry.local = local }
        entry.askedMethod = askedMethod
        entry.refusedLine = refusedLine.bytes
        entry.responseFields = notedFields.bytes
        entry.bodySent = response.bodyBytesSent
        entry.bodyReceived = bodyReceived
        entry.ended = account.ending
        if account.number > 0 {
            entry.requestNumber = UInt64(account.number)
            entry.headReceived = UInt64(account.headCount)
        }
        entry.upstream = account.upstream
        if account.begunAt != 0 { addTimes(to: &entry) }
        accessLog.append(entry)
        guard let slot = account.slot else { return }
        account.slot = nil
        context.inFlight?.ended(slot, status: status, bodySent: response.bodyBytesSent)
    }

    private func addTimes(to entry: inout AccessEntry) {
        let now = Clock.monotonicMicroseconds()
        func time(_ start: UInt64, _ end: UInt64) -> UInt64? {
            start == 0 || end == 0 ? nil : end - min(start, end)
        }
        entry.duration = time(account.begunAt, now)
        // One that no application has taken has waited to its end.
        let isForApplication = backend != nil || account.takenAt != 0
        entry.queue =
            isForApplication ? time(account.dispatchedAt, account.takenAt == 0 ? now : account.takenAt) : nil
        entry.applicationHead = time(account.takenAt, account.answeredAt)
        entry.applicationTime = time(account.takenAt, account.endedAt == 0 ? now : account.endedAt)
    }

    /// The client's socket has taken the answer.
    func delivered() {
        log(status: response.status)
        context.giveBack(self)
    }

    /// The answer is complete, and its client is slow: it holds nothing but itself.
    func waitsForDelivery() {
        dispatchedAt = 0
        source = nil
        if context.logNeeds.times { account.endedAt = Clock.monotonicMicroseconds() }
        context.gate?.ended(self)
    }

    /// The client is gone, and has not got all of the answer.
    ///
    /// - Parameters:
    ///   - rest: Octets that it has not got.
    ///   - isLost: Whether the gateway could not keep them.
    func wasNotDelivered(rest: Int, isLost: Bool) {
        if account.ending == .complete { account.ending = isLost ? .gateway : .client }
        response.bodyBytesSent -= min(UInt64(rest), response.bodyBytesSent)
        delivered()
    }

    /// The gateway is stopped and does not wait for the answer.
    func stopped() {
        account.ending = .stopped
        connection?.resetIfUnframed(self)
        log(status: response.isHeadSent ? response.status : 503)
    }
}
