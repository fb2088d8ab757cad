// The pipes between the responder and a script. Pipes and not sockets: scripts open /dev/stdout and /dev/stderr, which
// works only for pipes and files.

import EventLoop
import Syscalls

/// Our end of a pipe that a script writes to.
final class ScriptOutput: Source {
    private var descriptor: OwnedDescriptor?
    private unowned let loop: EventLoop
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private(set) var isClosed = false
    /// Called with what the script has written.
    var onBytes: (UnsafeBufferPointer<UInt8>) -> Void = { _ in }
    /// Called once, when nobody can write any more.
    var onEnd: () -> Void = {}

    /// - Parameter memory: Where bytes are read to; shared by all pipes of a loop, as one is read at a time.
    init(
        _ descriptor: consuming OwnedDescriptor, loop: EventLoop, memory: UnsafeMutableBufferPointer<UInt8>
    ) {
        let number = descriptor.number
        self.descriptor = consume descriptor
        self.loop = loop
        self.memory = memory
        super.init(number: number)
    }

    /// Reads on.
    func resume() {
        guard !isClosed, !isWatched else { return }
        // Where the kernel has no memory to watch it, nothing more is read.
        do { try loop.add(self, .readable) } catch { end() }
    }

    /// Reads no more for now. An end that nobody reads would be reported again and again, so the pipe leaves the loop.
    func pause() { if isWatched { loop.remove(self) } }

    /// Octets that wait in the pipe.
    var waiting: Int { isClosed ? 0 : Descriptor.unread(number) }

    /// Reads what waits in the pipe, and not what is written meanwhile.
    func drain() {
        var rest = waiting
        while rest > 0, !isClosed, case .bytes(let count) = Descriptor.read(number, into: memory) {
            rest -= count
            onBytes(UnsafeBufferPointer(rebasing: memory[..<count]))
        }
    }

    func close() {
        pause()
        isClosed = true
        descriptor = nil
    }

    override func ready(_ events: Epoll.Events) {
        switch Descriptor.read(number, into: memory) {
        case .bytes(let count): onBytes(UnsafeBufferPointer(rebasing: memory[..<count]))
        case .wouldBlock: break
        case .end, .failed: end()
        }
    }

    private func end() {
        close()
        onEnd()
    }
}

/// Our end of the pipe that a script reads its request's body from.
final class ScriptInput: Source {
    private var descriptor: OwnedDescriptor?
    private unowned let loop: EventLoop
    private(set) var isClosed = false
    private var hasFailed = false
    /// Called when the pipe, which was full, has room again.
    var onRoom: () -> Void = {}
    /// Called once, when the rest can never be written. The pipe stays open: its end would look like that of the body.
    var onFailure: () -> Void = {}

    init(_ descriptor: consuming OwnedDescriptor, loop: EventLoop) throws(SyscallError) {
        let number = descriptor.number
        self.descriptor = consume descriptor
        self.loop = loop
        super.init(number: number)
        try Socket.setNonBlocking(number)
    }

    /// Writes what the pipe takes.
    ///
    /// - Returns: Octets that are dealt with: all of them where the script reads no more, which is its right, and where
    ///   writing has failed.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var done = 0
        while done < bytes.count, !isClosed, !hasFailed {
            switch Descriptor.write(number, UnsafeBufferPointer(rebasing: bytes[done...])) {
            case .bytes(let count): done += count
            case .wouldBlock where isWatched: return done
            case .wouldBlock:
                // The kernel may have no memory to watch it.
                do { try loop.add(self, .writable) } catch { fail() }
                if isWatched { return done }
            case .failed: close()
            }
        }
        return bytes.count
    }

    private func fail() {
        hasFailed = true
        onFailure()
    }

    /// The body is complete, or nobody is left to read it.
    func close() {
        if isWatched { loop.remove(self) }
        isClosed = true
        descriptor = nil
    }

    override func ready(_ events: Epoll.Events) {
        loop.remove(self)
        onRoom()
    }
}
