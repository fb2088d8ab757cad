// From the moment in which an answer is complete to the one in which the client's socket has taken it. An answer is over then and not
// before: who has reset the connection in the middle of a file has not got it, and the log says so. The application is free
// meanwhile, and so is the gate of the class `sync`.

import EventLoop
import HTTP
import Octets
import Routing
import Syscalls

extension Connection {
    /// The exchange's response is complete in ``output`` (and ``file``).
    ///
    /// - Parameter keepsAlive: Whether another request may follow.
    func finished(keepsAlive: Bool) {
        guard let exchange else { return }
        self.exchange = nil
        served += 1
        // What an application has not waited for still comes.
        if phase == .body { mustLinger = true }
        phase = keepsAlive ? .head : .lingering
        // What is small goes along with the answers to other requests of the same packet.
        if isProcessing, !isBlocked, !isLost, file == nil, output.count < WorkerContext.scratchSize {
            return exchange.delivered()
        }
        undelivered = exchange
        guard !isProcessing else { return exchange.waitsForDelivery() }
        flush()
        if undelivered === exchange { exchange.waitsForDelivery() }
        guard !isClosed, !isBlocked, phase == .head else { return }
        goOn()
    }

    /// All that was to be sent has been sent.
    func allIsSent() {
        isWaitingForRoom = false
        if let undelivered {
            self.undelivered = nil
            undelivered.delivered()
        }
        if phase == .lingering, exchange == nil { beginLingering() }
    }

    /// The connection is gone, and with it what has not been sent.
    func loseUndelivered() {
        guard let undelivered else { return }
        self.undelivered = nil
        undelivered.wasNotDelivered(rest: output.count + (file?.left ?? 0), isLost: isLost)
    }

    /// Ends the connection in the middle of an answer, when what there is of it has left.
    ///
    /// - Parameter isOpenEnded: Whether an end of the connection would pass for the end of the answer.
    func cut(isOpenEnded: Bool) {
        if phase == .body { mustLinger = true }
        phase = .lingering
        endsByReset = isOpenEnded
        flush()
    }

    /// Closes in the middle of an answer.
    func breakOff() {
        if let open = exchange ?? undelivered { resetIfUnframed(open) }
        close()
    }

    /// Makes the connection's end a reset, where it would pass for the end of an answer.
    func resetIfUnframed(_ exchange: Exchange) {
        if exchange.response.isHeadSent, exchange.response.framing == .untilClose {
            Descriptor.resetOnClose(number)
        }
    }
}
