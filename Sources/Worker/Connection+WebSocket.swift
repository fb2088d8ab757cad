// A connection that has become a WebSocket: what arrives is the session's, and HTTP is over for it.

import EventLoop
import Octets

extension Connection {
    /// Hands everything that arrives from now on to a session.
    func upgrade(to session: WebSocketSession) {
        self.session = session
        phase = .upgraded
        session.begin()
        // What has come along with the request is read by whoever has called the handler.
        guard !isProcessing else { return }
        goOn()
    }

    /// What has arrived.
    func receivedFrames(_ count: Int) {
        session?.received(UnsafeMutableBufferPointer(rebasing: context.scratch[0..<count]))
        receiveFrames()
    }

    /// Asks for more, unless the handler is behind or others have their turn first.
    func receiveFrames() {
        if !isClosed, phase == .upgraded, session?.mayReceive == true, !givesWayIfSpent() { receive() }
    }

    /// Both sides have said that it is over: the server closes first (RFC 6455, §7.1.1).
    func endUpgraded() {
        session = nil
        mustLinger = true
        finished(keepsAlive: false)
    }
}
