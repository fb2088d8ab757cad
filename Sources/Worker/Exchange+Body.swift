// How the body of a request gets from the client to the application: whole, before the request is dispatched, or as it comes,
// where the route says so. As it comes, a slow client holds an application process; in return the application sees the first
// octets at once, and no upload is written to a disk first. Whatever happens, an application that has got less than
// CONTENT_LENGTH says loses its connection: it never sees the end of a body that has none.

import HTTP
import Logging
import Octets
import Routing
import Syscalls

/// How far the body of a request is.
struct BodyState {
    /// Whether the application gets it as it comes.
    var isStreamed = false
    /// Whether the client still owes a part of it.
    var isIncomplete = false
    /// Whether nobody wants the rest.
    var isUnwanted = false
    /// Whether the client waits for `100 Continue`.
    var wantsContinue = false
    /// Octets that the client has announced; counts where it is streamed.
    var length: UInt64 = 0
    /// Whether the connection may be kept after the whole body has come.
    var keepsAlive = false

    /// Whether an application waits for a part that has not come.
    var isOwed: Bool { isStreamed && isIncomplete && !isUnwanted }
}

extension Exchange {
    /// Octets that wait for the application before no more is read from the client.
    private static let streamLimit = 65_536

    /// Decides whether the application gets the body as it comes.
    ///
    /// - Returns: Whether the exchange is to be dispatched now.
    func beginBody(_ head: RequestHead) -> Bool {
        var count: UInt64 = 0
        if case .length(let announced) = head.body { count = announced }
        let hasLength = head.body != .chunked
        guard count > 0 || !hasLength, context.dispatcher.streamsBody(of: self, hasLength: hasLength) else {
            return false
        }
        bodyState = BodyState(
            isStreamed: true, isIncomplete: true, wantsContinue: head.expectsContinue, length: count,
            keepsAlive: response.keepsAlive)
        // Until the body is there, the next request cannot be found.
        response.keepsAlive = false
        return true
    }

    /// Takes a part of the body.
    func appendBody(_ bytes: UnsafeBufferPointer<UInt8>) throws(RequestError) {
        bodyReceived += UInt64(bytes.count)
        guard bodyReceived <= route.limits.body else { throw .bodyTooLarge }
        guard !bodyState.isUnwanted else { return }
        bodyCount += UInt64(bytes.count)
        if bodyState.isStreamed {
            // The client waits until the application has taken it.
            if let error = body.append(keeping: bytes) { context.isHeldUp(by: error) }
            return source?.bodyHasCome() ?? ()
        }
        do {
            try body.append(bytes)
        } catch {
            context.lost("a request body", error)
            throw .insufficientStorage
        }
    }

    /// The client has sent all of a body that the application gets as it comes.
    func bodyIsComplete() {
        bodyState.isIncomplete = false
        if !response.isHeadSent { response.keepsAlive = bodyState.keepsAlive }
        source?.bodyHasCome()
    }

    /// Whether no more of the body is to be read for now: as much waits for the application as may, or the client waits to be asked.
    var holdsBody: Bool {
        bodyState.isStreamed && !bodyState.isUnwanted
            && (body.count >= Self.streamLimit || body.isHeld || bodyState.wantsContinue && bodyCount == 0)
    }

    /// The application takes the body: a client that asked first is told to send it.
    func wantBody() {
        guard bodyState.wantsContinue else { return }
        bodyState.wantsContinue = false
        guard bodyCount == 0, let connection else { return }
        connection.write { $0.append(ResponseEncoder.continueResponse) }
        connection.flush()
        // The time that it has begins now.
        if self.connection === connection { connection.receiveBody() }
    }

    /// The application has ended its side: it reads no more.
    func bodyIsNotRead() {
        guard bodyState.isStreamed else { return }
        bodyState.isUnwanted = true
        body.reset()
        connection?.receiveBody()
    }

    /// The application has taken a part of the body.
    func bodyWasTaken() {
        guard bodyState.isStreamed, bodyState.isIncomplete, !holdsBody else { return }
        connection?.receiveBody()
    }

    /// Another path is answered in place of the application's, without the body.
    func dropBody() {
        body.reset()
        bodyCount = 0
        bodyState.isUnwanted = bodyState.isUnwanted || bodyState.isStreamed
        bodyState.isStreamed = false
        connection?.receiveBody()
    }
}
