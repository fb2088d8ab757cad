// A client that leaves in the middle of its response leaves a process that works on: a generator that computes its next block,
// close() of an iterable, a script that ignores what it is told. To close the connection would free the slot, and the next request
// would wait behind that work while other processes are free. So the application is told, and the slot is kept until it
// is done, within the bound of what follows a response.
//
// How it is told: its writes fail, because nothing is received any more (SHUT_RD; its sockets are of the kernel's unix kind,
// where that reaches the writer), and it finds ABORT_REQUEST if it reads. How it is known to be done: it closes, which libraries do
// after a write that has failed; or, where its program is not known, it has read ABORT_REQUEST, so that it listens again.

import EventLoop
import FastCGIBridge
import GatewayInterface
import Octets
import Plans
import Syscalls

extension ApplicationConnection {
    /// Nobody wants the rest of a response, or can send the rest of a request.
    func abandon(_ exchange: Exchange) {
        // A server elsewhere gives the next connection to whichever of its processes is free; a script ends with its connection.
        guard backend.pool.isSupervised, !backend.pool.endsByClosing, !isConnecting, !peerHasEnded, !isClosed
        else { return end(.done(canKeep: false)) }
        let isHeard = isSent
        beginAfterWork(exchange)
        afterWork.abandon(isUnheard: isHeard)
        if isHeard {
            stopReceiving()
            Descriptor.shutdownReceiving(number)
            output.clear()
            RequestEncoder.appendAbort(to: &output)
            sendOutput()
        } else {
            // It reads the request's body, and finds an end that is none. What it says then is read: the next word of its response
            // shows that it does not wait for the rest.
            output.clear()
            bodyToSend = 0
            wasCutWhileSending = true
            Descriptor.shutdownSending(number)
            if !givesWay { receive() }
        }
        backend.abandoned(self, exchange)
    }

    /// Whether the application has read that nobody reads its response, and so listens again.
    var hasHeardAbort: Bool {
        afterWork.isUnheard && output.isEmpty && Descriptor.unreadByPeer(number) == 0
    }
}
