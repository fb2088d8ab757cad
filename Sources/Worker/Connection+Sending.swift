// The way to the client: what is spooled for it, then a file, as fast as it reads and no faster.

import EventLoop
import Logging
import Logs
import Octets
import Routing
import Scoreboard
import Settings
import Syscalls

extension Connection {
    /// Sends `file` after what is in ``output``.
    func send(_ file: OutgoingFile) { self.file = file }

    /// Whether the client is so far behind that the application should wait.
    var isBackedUp: Bool {
        output.isHeld || output.footprint >= exchange?.route.limits.buffer ?? context.settings.bufferLimit
    }

    /// Appends a head, a chunk end or the like to ``output``.
    func write(_ body: (inout ByteBuffer) -> Void) {
        guard !isLost else { return }
        guard context.logNeeds.responseFields, let exchange else {
            if let error = output.withMemory(body) { context.isHeldUp(by: error) }
            return
        }
        let failure = output.withMemory { output in
            let count = output.count
            body(&output)
            exchange.noteFields(in: UnsafeBufferPointer(rebasing: output.bytes[count...]))
        }
        if let failure { context.isHeldUp(by: failure) }
    }

    /// Appends a part of a body to ``output``. What a full disk does not take waits in memory: ``isBackedUp`` keeps more from
    /// coming.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isLost else { return }
        if let error = output.append(keeping: bytes) { context.isHeldUp(by: error) }
    }

    /// Forgets what was written from a position on, counted from the first byte of the connection.
    ///
    /// - Returns: False where a part of it has left.
    func takeBack(from position: Int) -> Bool {
        guard !isLost, file == nil, phase != .upgraded, position >= sent else { return false }
        output.truncate(to: position - sent)
        return true
    }

    /// Where what is written next will stand, counted from the first byte of the connection.
    var writingPosition: Int { sent + output.count }

    /// Its answer cannot be completed. ``flush()`` closes, not this: whoever writes is within an exchange that would end.
    private func lose(_ error: SyscallError) {
        context.lost("an answer", error)
        isLost = true
    }

    /// Sends what the socket takes.
    func flush() {
        guard !isClosed else { return }
        if isLost { return breakOff() }
        guard !isBlocked else { return }
        repeat {
            do {
                guard try sendSpooled() else { return }
            } catch {
                lose(error)
                return breakOff()
            }
            guard sendFile() else { return }
        } while beginNextPart()
        if isLost { return breakOff() }
        allIsSent()
    }

    /// Sends what is in ``output``.
    ///
    /// - Returns: Whether that was all, and more may be sent.
    private func sendSpooled() throws(SyscallError) -> Bool {
        while !output.isEmpty {
            if let part = output.filePart {
                guard let count = send(part.number, part.offset, part.count) else { return false }
                output.consumeFile(count)
                continue
            }
            let front = try output.front()
            switch send(front) {
            case .bytes(let count):
                output.consume(count)
                countSent(count)
                guard count < front.count else { continue }
                waitForRoom()
            case .wouldBlock: waitForRoom()
            case .failed: close()
            }
            return false
        }
        return true
    }

    /// Sends a part of a file.
    ///
    /// - Returns: How many octets of it have left; `nil` where no more may be sent now.
    private func send(_ file: CInt, _ offset: Int, _ count: Int) -> Int? {
        switch sendFile(file, offset: offset, count: count) {
        case .bytes(let count):
            countSent(count)
            return count
        case .wouldBlock: waitForRoom()
        case .failed: close()
        }
        return nil
    }

    /// - Returns: Whether all of the file, or of a part of it, that was to be sent is sent.
    private func sendFile() -> Bool {
        guard let file else { return true }
        while file.remaining > 0 {
            guard let count = send(file.number, file.offset, file.remaining) else { return false }
            file.advance(count)
        }
        return true
    }

    /// Goes on with the next of several parts of the file, or lets go of it.
    ///
    /// - Returns: Whether there is something to send.
    private func beginNextPart() -> Bool {
        guard let file else { return false }
        var hasMore = false
        if file.isDivided { write { hasMore = file.appendNextHead(to: &$0) } }
        guard !hasMore else { return true }
        self.file = nil
        file.finish()
        return false
    }

    private func countSent(_ count: Int) {
        sent += count
        context.counters.add(.octetsOut, count)
    }

    /// The socket is full. Its reader is looked at now, whenever it has room, and when the time is over: no octet costs
    /// anything as long as all of them are taken at once.
    private func waitForRoom() {
        if !isWaitingForRoom {
            isWaitingForRoom = true
            sendPace.begin(loop.now, grace: context.settings.sendTimeout)
        }
        lookAtReader()
        deadline = sendPace.end
    }

    /// What the client has taken since the last look buys it time. What the socket has taken does not count: it holds
    /// megabytes.
    private func lookAtReader() {
        let now = sent - Descriptor.unreadByPeer(number)
        guard now > taken else { return }
        sendPace.moved(
            now - taken, loop.now, grace: context.settings.sendTimeout, rate: context.settings.sendRate)
        taken = now
    }

    /// Whether a client that the deadline has passed for reads after all, as slowly as is allowed.
    func readsOn() -> Bool {
        lookAtReader()
        guard sendPace.end > loop.now else { return false }
        deadline = sendPace.end
        return true
    }

    /// The socket that was full has room.
    func roomAgain() {
        deadline = 0
        flush()
        guard !isClosed, !isBlocked else { return }
        switch phase {
        case .responding: exchange?.clientHasRoom()
        case .upgraded:
            session?.setDeadline()
            exchange?.clientHasRoom()
            receiveFrames()
        case .body:
            if isStreamingBody { exchange?.clientHasRoom() }
            if phase == .body, !isProcessing { afterProcessing() }
        case .head where !isProcessing:
            // The answer went out at last: on with the next request.
            if !givesWay { goOn() }
        case .preface, .head, .lingering: break
        }
    }
}
