import EventLoop
import Synchronization
import Syscalls

/// Results that threads leave for the loop.
final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    private let bell: CInt

    /// - Parameter deliver: Called on the loop with each message, in the order in which they were posted.
    init(loop: EventLoop, deliver: @escaping (Message) -> Void) throws(SyscallError) {
        bell = try EventDescriptor().intoNumber()
        let watch = Watch(number: bell) { [unowned self] in
            EventDescriptor.clear(bell)
            for message in takeAll() { deliver(message) }
        }
        try loop.add(watch, .readable)
    }

    /// Leaves a message; from any thread.
    func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        // The loop takes all that are there when it comes: one ring is enough.
        if isFirst { EventDescriptor.raise(bell) }
    }

    private func takeAll() -> [Message] {
        messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}
