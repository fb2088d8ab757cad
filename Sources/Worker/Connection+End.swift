// How a connection ends: by a deadline, for want of requests, or after a last answer that the client is given time to read.

import EventLoop
import HTTP
import Logs
import Octets
import Scoreboard
import Settings
import Syscalls

extension Connection {
    /// Octets and time that a client gets to read the last answer.
    private static let lingerLimit = 1 << 20
    private static let lingerTime: UInt64 = 2000

    /// The deadline of whatever was being waited for has passed.
    func timeIsUp() {
        if isBlocked {
            guard !readsOn() else { return }
            (exchange ?? undelivered)?.account.ending = .timeout
            context.counters.add(.timedOut)
            // The kernel would go on for minutes with what it holds for a client that does not read.
            Descriptor.resetOnClose(number)
            return close()
        }
        switch phase {
        case .preface: input.isEmpty ? close() : refusePreface("its PROXY header did not arrive in time")
        case .head where parser.isAtStart: idled()
        // It is this worker that is behind, not the client.
        case .body where mayHaveUnread || !input.isEmpty: setDeadline(seconds: 1)
        case .body where isStreamingBody:
            context.counters.add(.timedOut)
            abandonBody(.timeout)
        case .head, .body:
            context.counters.add(.timedOut)
            isProcessing = true
            refuse(.timeout, input.bytes)
            isProcessing = false
            afterProcessing()
        case .responding: break
        case .upgraded: session?.timePassed()
        case .lingering: close()
        }
    }

    /// Nothing has come for a second, or for as long as a connection may stay without a request.
    private func idled() {
        let rest = context.settings.keepAlive - 1
        if isTrimmed || served == 0 || rest <= 0 { return closeIfSilent() }
        isTrimmed = true
        output.reset(keeping: 0)
        setDeadline(seconds: rest)
    }

    /// Closes, unless a request has arrived that the loop has not delivered yet: closing would throw it away.
    func closeIfSilent() {
        if Descriptor.hasUnexpectedInput(number), !peerHasEnded { setDeadline(seconds: 1) } else { close() }
    }

    func beginLingering() {
        if endsByReset {
            Descriptor.resetOnClose(number)
            return close()
        }
        // Closing a socket with unread bytes resets the connection; without any, nothing is lost by closing.
        guard mustLinger || mayHaveUnread || !input.isEmpty else { return close() }
        Descriptor.shutdownSending(number)
        deadline = loop.now + Self.lingerTime
        receive()
    }

    func linger(_ count: Int) {
        lingered += count
        if lingered > Self.lingerLimit { close() } else { receive() }
    }
}
