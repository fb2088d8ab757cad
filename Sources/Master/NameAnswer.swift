import EventLoop
import Syscalls

/// What the look-up of one name has come to, as it goes through a pipe: always the same number of octets, fewer than the
/// kernel ever tears apart.
struct NameAnswer {
    /// The server's position, the length of the address, and the address with zeros behind it.
    static let octetCount = 34

    /// The position of the server in its application.
    let position: Int
    /// Where its name leads; `nil` where it cannot be resolved.
    let address: SocketAddress?

    init(position: Int, address: SocketAddress?) {
        self.position = position
        self.address = address
    }

    /// Reads an answer.
    ///
    /// - Returns: `nil` for what is none.
    init?(octets: UnsafeRawBufferPointer) {
        guard octets.count == Self.octetCount else { return nil }
        position = Int(octets[0])
        let length = Int(octets[1])
        guard length > 0 else {
            address = nil
            return
        }
        // Of an address that says to be longer than it is, something would be missing.
        guard length <= Self.octetCount - 2,
            let address = SocketAddress(octets: UnsafeRawBufferPointer(rebasing: octets[2...])),
            address.octets(limit: length)?.count == length
        else { return nil }
        self.address = address
    }

    var octets: [UInt8] {
        let octets = address?.octets(limit: Self.octetCount - 2) ?? []
        let zeros = [UInt8](repeating: 0, count: Self.octetCount - 2 - octets.count)
        return [UInt8(truncatingIfNeeded: position), UInt8(octets.count)] + octets + zeros
    }
}

/// The master's end of the pipe of one look-up.
final class NameAnswers: Source {
    private let descriptor: OwnedDescriptor
    private unowned let loop: EventLoop
    private let onAnswer: (NameAnswer) -> Void
    private var input: [UInt8] = []

    init(
        _ descriptor: consuming OwnedDescriptor, loop: EventLoop, onAnswer: @escaping (NameAnswer) -> Void
    ) throws(SyscallError) {
        let number = descriptor.number
        self.descriptor = descriptor
        self.loop = loop
        self.onAnswer = onAnswer
        super.init(number: number)
        try loop.add(self, .readable)
    }

    override func ready(_ events: Epoll.Events) { if isWatched { read() } }

    /// Reads what is there, and lets nothing more come.
    func finish() {
        if isWatched { read() }
        close()
    }

    func close() { if isWatched { loop.remove(self) } }

    private func read() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 * NameAnswer.octetCount) { memory in
            // More than an answer a server is nothing that anybody has asked for: once in a turn is enough.
            switch Descriptor.read(number, into: memory) {
            case .bytes(let count): take(UnsafeBufferPointer(rebasing: memory[..<count]))
            case .wouldBlock: break
            case .end, .failed: close()
            }
        }
    }

    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        input.append(contentsOf: bytes)
        while input.count >= NameAnswer.octetCount {
            let answer = input.withUnsafeBytes { octets in
                NameAnswer(octets: UnsafeRawBufferPointer(rebasing: octets[..<NameAnswer.octetCount]))
            }
            input.removeFirst(NameAnswer.octetCount)
            if let answer { onAnswer(answer) }
        }
    }
}
