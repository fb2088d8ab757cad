// A request body on its way in. Where the application gets it as it comes, the connection reads no faster than the
// application takes it, and answers may go out meanwhile. A client decides how small its chunks are, so they have a price:
// what it may cost the worker's other connections in a turn is a share like that of an application (`EventLoop/TurnShare.swift`).

import EventLoop
import HTTP
import Logs
import Octets
import Settings

extension Connection {
    /// Whether the application has the request already, and gets the body as it comes.
    var isStreamingBody: Bool { phase == .body && exchange?.bodyState.isIncomplete == true }

    /// Bytes of a chunk up to which its data is moved to that of the chunk before it: a copy costs less than a part more.
    private static let smallChunk = 4096

    /// Takes what there is of the body, as far as this turn's share goes. The data of small chunks is moved together in the
    /// memory that it has come in, so that an exchange gets few parts, and not one of a byte for each chunk.
    ///
    /// - Returns: How many bytes are used up, and whether nothing is known beyond them.
    func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) throws(RequestError) -> (used: Int, isAll: Bool) {
        var used = 0
        var part = ByteRange(0, 0)
        while true {
            let rest = UnsafeBufferPointer(rebasing: bytes[used...])
            switch try decoder.next(rest.span) {
            case .more(let consumed):
                try pass(bytes, part)
                return (used + consumed, true)
            case .data(let range, let consumed):
                let place = ByteRange(used + range.start, used + range.end)
                used += consumed
                if !part.isEmpty, place.count <= Self.smallChunk {
                    part = Self.move(place, behind: part, in: bytes)
                } else {
                    try pass(bytes, part)
                    guard phase == .body, !isClosed else { return (used, false) }
                    part = place
                }
                share.take(bytes: consumed + TurnShare.piece, in: loop.turns)
                guard share.isSpent(in: loop.turns) else { continue }
                try pass(bytes, part)
                return (used, false)
            case .end(let consumed):
                try pass(bytes, part)
                guard phase == .body, !isClosed else { return (used + consumed, false) }
                if !decoder.trailers.fields.isEmpty { exchange!.trailers = decoder.trailers }
                bodyIsComplete()
                return (used + consumed, false)
            }
        }
    }

    private func pass(_ bytes: UnsafeBufferPointer<UInt8>, _ part: ByteRange) throws(RequestError) {
        if !part.isEmpty { try exchange!.appendBody(bytes[part]) }
    }

    /// Closes the gap between two parts. The memory is the worker's or this connection's own, and what stands in the gap is
    /// used up.
    private static func move(
        _ place: ByteRange, behind part: ByteRange, in bytes: UnsafeBufferPointer<UInt8>
    ) -> ByteRange {
        let base = UnsafeMutablePointer(mutating: bytes.baseAddress!)
        (base + part.end).update(from: base + place.start, count: place.count)
        return ByteRange(part.start, part.end + place.count)
    }

    /// Goes on after others have had their turn.
    func goOnWithBody() {
        // The application may be what has let them: it had used up its own share.
        if isStreamingBody, !isBackedUp { exchange?.clientHasRoom() }
        guard phase == .body, !isClosed, !isBlocked || isStreamingBody else { return }
        if exchange?.holdsBody == true { receiveBody() } else { goOn() }
    }

    /// On with what has been received already, or with what comes.
    private func readOn() { if input.isEmpty { receive() } else { giveWay() } }

    /// Asks for more of the body, unless the application is behind.
    func receiveBody() {
        // While the client's bytes are being dealt with, this is decided afterwards.
        guard phase == .body, !isProcessing, !isClosed, let exchange else { return }
        if exchange.bodyState.isUnwanted, exchange.bodyState.isIncomplete {
            // It was dispatched, and its end is the application's affair.
            if !isBlocked { deadline = 0 }
            return readOn()
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
        readOn()
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
