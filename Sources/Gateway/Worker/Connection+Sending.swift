// The way to the client: what is spooled for it, then a file, as fast as it reads and no faster.

import Logging
import Octets
import Syscalls

extension Connection {
    /// Sends `file` after what is in ``output``.
    func send(_ file: OutgoingFile) { self.file = file }

    /// Whether the client is so far behind that the application should wait.
    var isBackedUp: Bool {
        output.footprint >= exchange?.route.limits.buffer ?? context.settings.bufferLimit
    }

    /// Appends a head, a chunk end or the like to ``output``.
    func write(_ body: (inout ByteBuffer) -> Void) {
        guard !isLost else { return }
        do { try output.withMemory(body) } catch { lose(error) }
    }

    /// Appends a part of a body to ``output``.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isLost else { return }
        do { try output.append(bytes) } catch { lose(error) }
    }

    /// Its answer cannot be completed. ``flush()`` closes, not this: whoever writes is within an exchange that would end.
    private func lose(_ error: SyscallError) {
        context.log.error("an answer was lost in \(context.settings.temporaryFolder): \(error)")
        isLost = true
    }

    /// Sends what the socket takes.
    func flush() {
        guard !isClosed else { return }
        if isLost { return close() }
        guard !isBlocked else { return }
        repeat {
            do {
                while !output.isEmpty {
                    let front = try output.front()
                    switch send(front) {
                    case .bytes(let count):
                        output.consume(count)
                        if count < front.count { return waitForRoom() }
                    case .wouldBlock: return waitForRoom()
                    case .failed: return close()
                    }
                }
            } catch {
                lose(error)
                return close()
            }
            guard sendFile() else { return }
        } while beginNextPart()
        if isLost { return close() }
        if phase == .lingering, exchange == nil { beginLingering() }
    }

    /// - Returns: Whether all of the file, or of a part of it, that was to be sent is sent.
    private func sendFile() -> Bool {
        guard let file else { return true }
        while file.remaining > 0 {
            switch sendFile(file.number, offset: file.offset, count: file.remaining) {
            case .bytes(let count): file.advance(count)
            case .wouldBlock:
                waitForRoom()
                return false
            case .failed:
                close()
                return false
            }
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

    func waitForRoom() { setDeadline(seconds: context.settings.sendTimeout) }

    /// The socket that was full has room.
    func roomAgain() {
        deadline = 0
        flush()
        guard !isClosed, !isBlocked else { return }
        switch phase {
        case .responding: exchange?.clientHasRoom()
        case .body where !isProcessing: afterProcessing()
        case .head where !isProcessing:
            // The answer went out at last: on with the next request.
            isProcessing = true
            if !input.isEmpty { input.consume(process(input.bytes)) }
            isProcessing = false
            afterProcessing()
        case .head, .body, .lingering: break
        }
    }
}
