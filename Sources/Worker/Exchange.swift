// One request and its response. The connection feeds it the request, the dispatcher sends it to a backend, the
// backend feeds it the response. It is reused: nothing here is allocated for a request once the worker is warm.

import EventLoop
import GatewayInterface
import HTTP
import Logging
import Logs
import Octets
import Plans
import Routing
import Scoreboard
import Settings
import Syscalls

/// A request from its head to the last byte of its response.
final class Exchange {
    /// It lives as long as the worker, which is what makes the unchecked reference safe.
    unowned(unsafe) let context: WorkerContext
    /// The client; gone when it left before the answer. The two hold each other until the exchange ends.
    var connection: Connection?

    // MARK: The request

    /// The pairs of this request, encoded.
    private(set) var environ = ByteBuffer(capacity: 2048)
    /// The pairs that are the same for every request of the listener.
    private(set) var local: LocalEnd!
    /// What has come of the body and has not gone to the application: all of it, where it is not streamed.
    private(set) var body: Spool
    /// The fields behind the body, for whoever asks; `nil` where there are none.
    var trailers: TrailerSection?
    /// Octets of the body that the application gets, as far as they have come.
    var bodyCount: UInt64 = 0
    /// Octets of the body that have come, also those that nobody wants.
    var bodyReceived: UInt64 = 0
    /// The client's method, once a request goes on as a GET of the gateway's.
    private(set) var askedMethod: [UInt8]?
    /// How far it is.
    var bodyState = BodyState()
    private(set) var minorVersion: UInt8 = 1
    private(set) var isHead = false
    /// Whether the request may be sent a second time (RFC 9110, §9.2.2).
    private(set) var isIdempotent = false
    private var hasBody = false
    /// What it is called, unless a trusted peer has named it; 0 before its head is understood.
    private(set) var id: UInt64 = 0
    /// When it was dispatched, in the loop's milliseconds; 0 before.
    var dispatchedAt: UInt64 = 0
    private(set) var redirects = 0
    /// Where an application has sent it, until it goes there.
    private var redirectTarget = ByteBuffer()
    /// What it goes by.
    private(set) var route: Route
    private var destination = Destination.refused(status: 404)
    /// How far the route's authorizer is.
    var authorization = Authorization.notAsked
    /// What the authorizer adds to the environ, as encoded pairs.
    var authorizedPairs = ByteBuffer()

    /// How a request began that was refused before it was understood; for the log.
    var refusedLine = ByteBuffer()
    /// What its line in the access log will be made of.
    var account = RequestAccount()
    /// Fields of the answer that its line wants, as encoded pairs.
    var notedFields = ByteBuffer()

    // MARK: The response

    var response: ResponseState
    /// Whether it is in the context's list, for another request to take.
    var isSpare = false
    /// Its place in the context's list of all exchanges.
    var place = 0
    /// Whether it was sent a second time already: a request that kills its process must not kill one after another.
    var isRetried = false
    /// A bit for each server of an external application at which it has failed.
    var triedServers: UInt64 = 0
    /// Reads the head of an application's answer.
    var parser = CGIResponseParser()
    /// What it said.
    var head = CGIResponseHead()
    /// The backend that is answering.
    var backend: (any Backend)?
    /// Who makes the answer, to be told when a slow client has room again.
    var source: (any AnswerSource)?

    init(context: WorkerContext) {
        self.context = context
        route = context.dispatcher.fallback
        body = context.makeSpool()
        response = ResponseState()
    }

    func reset() {
        connection = nil
        environ.clear(keeping: 4096)
        body.reset()
        (bodyCount, bodyReceived) = (0, 0)
        bodyState = BodyState()
        askedMethod = nil
        local = nil
        minorVersion = 1
        trailers = nil
        id = 0
        dispatchedAt = 0
        redirects = 0
        route = context.dispatcher.fallback
        destination = .refused(status: 404)
        authorization = .notAsked
        authorizedPairs.clear(keeping: 0)
        redirectTarget.clear(keeping: 0)
        hasBody = false
        isRetried = false
        triedServers = 0
        isIdempotent = false
        isHead = false
        response.reset()
        parser.reset()
        refusedLine.clear(keeping: 0)
        account = RequestAccount()
        notedFields.clear(keeping: 1024)
        backend = nil
        source = nil
    }

    /// Gives up the memory that a spare exchange keeps.
    func trim() { body.reset(keeping: 0) }

    // MARK: From the connection

    /// The request asks for no body, as far as it was understood.
    func leavesBodyOut() { isHead = true }

    /// Takes the request over from its head.
    ///
    /// - Returns: Whether it is to be dispatched before its body has come.
    func begin(_ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) throws(RequestError) -> Bool {
        guard let connection else { return false }
        minorVersion = head.minorVersion
        isHead = head.isHead
        response.keepsAlive = head.isPersistent && !context.policy.servesOneAtATime
        let origin = try connection.origin(of: head, bytes)
        local = origin.local
        isIdempotent = Self.isIdempotent(bytes[head.method])
        if case .none = head.body {} else { hasBody = true }
        (route, destination) = try context.dispatcher.describe(
            head, bytes, from: origin, environ: &environ)
        body.memoryLimit = route.limits.bufferMemory
        if case .length(let count) = head.body {
            environ.appendPair("CONTENT_LENGTH", decimal: count)
        } else if !hasBody {
            environ.appendPair("CONTENT_LENGTH", "")
        }
        isLengthKnown = head.body != .chunked
        id = context.requestIDs.next()
        let isIDPassedOn = Self.appendID(
            id, isTrusted: context.believesRequestIDs && connection.isTrusted, to: &environ)
        if context.trace != .off { Self.continueTrace(in: &environ, context.trace, &context.spanIDs) }
        beginAccount(head, number: connection.served + 1, isIDPassedOn: isIDPassedOn)
        guard hasBody else { return false }
        guard case .application = destination else {
            // What an authorizer is asked about it goes by the head.
            bodyState.isUnwanted = true
            return false
        }
        return beginBody(head)
    }

    /// Whether CONTENT_LENGTH is in the environ already: a chunked body's is not, before its end.
    private var isLengthKnown = true

    /// The request is complete, or complete enough: sends it to its destination.
    func dispatch() {
        if !isLengthKnown, !bodyState.isStreamed { environ.appendPair("CONTENT_LENGTH", decimal: bodyCount) }
        dispatchedAt = context.loop.now
        accountDispatch()
        go()
    }

    /// Answers a request whose client asks before it sends the body (RFC 9110, §10.1.1), where nobody would take it. The
    /// connection ends with the answer: what comes on it next may be the body all the same.
    ///
    /// - Returns: Whether it was answered. What an authorizer lets through is not known before it is asked.
    func isAnsweredUnasked() -> Bool {
        guard route.authorizer < 0, let connection else { return false }
        if case .application = destination, !context.dispatcher.isOut(self) { return false }
        response.keepsAlive = false
        connection.endsUnread()
        if case .application = destination { context.dispatcher.refuse(self) } else { dispatch() }
        return true
    }

    /// To the authorizer, where the route has one that has not been asked, else to the destination.
    private func go() {
        switch authorization {
        case _ where route.authorizer < 0, .granted: context.dispatcher.dispatch(self, to: destination)
        case .notAsked:
            authorization = .asked
            context.dispatcher.authorize(self)
        case .asked:
            // Nothing leads here; if something did, it would lead past the authorizer.
            context.log.critical("\(mention): it was about to be answered before the authorizer had decided")
            fail(status: 500, "The request could not be decided about.")
        }
    }

    /// The authorizer has let the request through, with variables of its own.
    func authorized() {
        authorization = .granted
        isRetried = false
        triedServers = 0
        backend = nil
        source = nil
        addAuthorizedVariables(to: &environ)
        restartResponse()
        go()
    }

    /// Gives the body up to an application that may read it after the exchange is over.
    func takeBody() -> Spool {
        let taken = body
        taken.leaveBudget()
        body = context.makeSpool()
        return taken
    }

    /// The index of the application that answers, or that is asked first.
    var application: Int { authorization == .asked ? route.authorizer : route.application }

    /// Octets of the body that the application is to see: an authorizer sees none of it.
    var bodyToSend: UInt64 {
        authorization == .asked ? 0 : bodyState.isStreamed ? bodyState.length : bodyCount
    }

    /// When it has waited for too long, in the loop's milliseconds.
    private(set) var queueDeadline: UInt64 = 0
    /// When it joined the queue that it is in, in the loop's milliseconds.
    private(set) var waitsSince: UInt64 = 0

    /// Joins a queue. What an authorizer or a server that cannot be reached has taken before is no time in a queue.
    func beginToWait() {
        waitsSince = context.loop.now
        queueDeadline = waitsSince + route.limits.queueTimeout
    }

    /// The client is gone. The backend may still be busy with the request; it gives the exchange back.
    ///
    /// - Parameter status: For the log, where no answer has begun.
    func clientLeft(status: Int = 499) {
        if account.ending == .complete {
            account.ending = connection?.isLost == true ? .gateway : .client
        }
        let unanswered = account.ending == .gateway && status == 499 ? 500 : status
        log(status: response.isHeadSent ? response.status : unanswered)
        connection = nil
        if let backend { backend.clientLeft(self) } else { context.giveBack(self) }
    }

    /// The client that was behind has taken everything.
    func clientHasRoom() { source?.clientHasRoom() }

    /// The client sends no more, and may be gone.
    func clientHasEnded() { source?.clientHasEnded() }

    /// Nobody makes an answer any more, because the client is taken to be gone.
    func abandon() {
        connection?.close()
        context.giveBack(self)
    }

    /// The body as the application reads it while it comes.
    var streamedBody: StreamedBody {
        StreamedBody(count: isLengthKnown ? Int(exactly: bodyState.length) : nil)
    }

    // MARK: Another path of this server

    /// Notes where the application sends the request (RFC 3875, §6.2.2). It stays the application's until that has let go of
    /// it: the client may leave meanwhile, and a script may still be at work.
    func noteRedirect(to location: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        redirectTarget.clear()
        redirectTarget.append(location)
        return .redirected
    }

    /// Goes where ``noteRedirect(to:)`` says, as a GET.
    ///
    /// - Returns: Whether that was done; false after ten in a row, or for a path that is none.
    func followRedirect() -> Bool {
        guard redirects < 10 else { return false }
        redirects += 1
        if askedMethod == nil {
            askedMethod = NameValuePairs.value(of: "REQUEST_METHOD", in: environ.bytes).map { Array($0) }
        }
        forgetAuthorization()
        let previous = Array(environ.bytes)
        environ.clear()
        guard
            let (route, destination) = try? context.dispatcher.describe(
                redirect: redirectTarget.bytes, from: previous, local: local, environ: &environ)
        else {
            // For the messages about it.
            environ.clear()
            previous.withUnsafeBufferPointer { environ.append($0) }
            return false
        }
        self.route = route
        self.destination = destination
        environ.appendPair("CONTENT_LENGTH", "")
        (triedServers, isRetried, isIdempotent) = (0, false, true)
        dropBody()
        (isLengthKnown, trailers) = (true, nil)
        restartResponse()
        (backend, source) = (nil, nil)
        go()
        return true
    }

    /// What one route's authorizer has said does not count on another route.
    private func forgetAuthorization() {
        authorization = .notAsked
        removeAuthorizedVariables(from: &environ)
        authorizedPairs.clear()
    }

    /// Forgets what an application has said so far.
    func restartResponse() {
        response.restart()
        parser.reset()
    }

    // MARK: Hooks and messages

    /// The environ as Swift sees it.
    var environValue: Environ {
        Environ(constant: local.constantPairs, request: Array(environ.bytes))
    }

    /// Tells the hook that the request goes to the application; once, however often it is redirected there.
    func announce() {
        guard redirects == 0, let hook = context.preRequest else { return }
        hook(context.info, environValue)
    }

    /// `GET /report from 10.0.0.1`, for messages.
    var description: String {
        guard let host = NameValuePairs.value(of: "REMOTE_ADDR", in: environ.bytes), !host.isEmpty else {
            return requestLine
        }
        return "\(requestLine) from \(String(decoding: host, as: UTF8.self))"
    }

    /// `GET /report, request 00c0ffee00c0ffee`, for messages about what an application did with it.
    var mention: String { "\(requestLine), request \(idText)" }

    /// `GET /report`, for messages.
    var requestLine: String {
        let method = NameValuePairs.value(of: "REQUEST_METHOD", in: environ.bytes)
        let target = NameValuePairs.value(of: "REQUEST_URI", in: environ.bytes)
        guard let method, let target else { return "a request" }
        return String(decoding: method, as: UTF8.self) + " "
            + String(decoding: target.prefix(200), as: UTF8.self)
    }

    private static func isIdempotent(_ method: UnsafeBufferPointer<UInt8>) -> Bool {
        method.equals("GET") || method.equals("HEAD") || method.equals("PUT") || method.equals("DELETE")
            || method.equals("OPTIONS") || method.equals("TRACE")
    }
}
