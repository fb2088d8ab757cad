import EventLoop
import Octets
import Syscalls

/// A client that was turned away before it was heard. It is given a moment to read why: closing a socket with unread bytes
/// resets the connection, and the reset would eat the answer.
final class RefusedClient: Stream {
    /// Milliseconds and octets that it is given.
    private static let patience: UInt64 = 1000
    private static let limit = 65_536

    private let memory: UnsafeMutableBufferPointer<UInt8>
    private let ended: () -> Void
    private var read = 0

    /// - Parameters:
    ///   - memory: Where what it says is thrown away; it lives as long as the loop.
    ///   - ended: Called when the connection is closed.
    init(
        _ descriptor: consuming OwnedDescriptor, loop: EventLoop, memory: UnsafeMutableBufferPointer<UInt8>,
        ended: @escaping () -> Void
    ) {
        self.memory = memory
        self.ended = ended
        super.init(descriptor, loop: loop)
    }

    /// Waits until the client has closed, or for a moment. It has been answered.
    func start() throws(SyscallError) {
        try open()
        deadline = loop.now + Self.patience
        receive()
    }

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> { memory }

    override func received(_ count: Int) {
        read += count
        if read > Self.limit { close() } else { receive() }
    }

    override func receivedEnd(error: CInt?) { close() }
    override func hungUp() { close() }
    override func deadlinePassed() { close() }
    override func didClose() { ended() }
}
