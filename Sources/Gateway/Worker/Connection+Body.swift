// A request body on its way in. Where the application gets it as it comes, the connection reads no faster than the
// application takes it, and answers may go out meanwhile.

import HTTP

extension Connection {
    /// Whether the application has the request already, and gets the body as it comes.
    var isStreamingBody: Bool { phase == .body && exchange?.bodyState.isIncomplete == true }

    /// Asks for more of the body, unless the application is behind.
    func receiveBody() {
        // While the client's bytes are being dealt with, this is decided afterwards.
        guard phase == .body, !isProcessing, !isClosed, let exchange else { return }
        if exchange.bodyState.isUnwanted, exchange.bodyState.isIncomplete {
            // It was dispatched, and its end is the application's affair.
            if !isBlocked { deadline = 0 }
            return receive()
        }
        if exchange.holdsBody {
            // The client is not late: it has sent what may wait.
            if !isBlocked { deadline = 0 }
            isBodyHeld = true
            stopReceiving()
            if peerHasEnded { exchange.clientHasEnded() }
            return
        }
        if isBodyHeld {
            isBodyHeld = false
            bodyPace.begin(loop.now, grace: context.settings.bodyTimeout)
        } else {
            bodyPace.moved(
                arrived, loop.now, grace: context.settings.bodyTimeout, rate: context.settings.bodyRate)
        }
        arrived = 0
        if !isBlocked { deadline = bodyPace.end }
        receive()
    }

    /// Ends a connection whose request went to the application before its body had come, and will never be complete.
    func abandonBody(_ error: RequestError) {
        guard let exchange else { return }
        self.exchange = nil
        if error == .timeout { exchange.account.ending = .timeout }
        let isUnanswered = !exchange.response.isHeadSent
        if !isUnanswered { resetIfUnframed(exchange) }
        exchange.clientLeft(status: error.status)
        if isUnanswered { endSaying(error) } else { close() }
    }
}
