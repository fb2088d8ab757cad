// The responder's own standard error. Whoever reads it may stop to do so, and then nothing may wait for it: one loop runs
// all scripts. What does not fit is dropped, and how many lines that were is said as soon as there is room.

import Octets
import Syscalls

/// The standard error, written without ever waiting.
final class ErrorOutput {
    /// A pipe takes so much as a whole or not at all (PIPE_BUF).
    private static let portion = 4096

    private let own: OwnedDescriptor?
    private let shared: CInt
    /// Lines that were dropped and not told of.
    private(set) var lost = 0
    private var isWithinLine = false

    /// - Parameter number: The descriptor, which stays its owner's; 2.
    init(_ number: CInt = 2) {
        // A setting of our copy of the descriptor would be one for all processes that share it.
        own = Descriptor.openAgainWithoutBlocking(number)
        shared = number
    }

    private var number: CInt {
        switch own {
        case .some(let own): own.number
        case .none: shared
        }
    }

    /// Writes what fits.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        tellLosses()
        guard lost == 0 else { return lose(bytes) }
        put(bytes)
    }

    /// Says how much was lost, if there is room for it by now.
    func tellLosses() {
        guard lost > 0 else { return }
        var text = ByteBuffer(capacity: 128)
        if isWithinLine { text.append(ASCII.lineFeed) }
        let notice = CGIResponder.line(
            "\(lost) lines for the standard error were dropped: whoever reads it was too slow")
        text.append(notice.bytes)
        let count = lost
        lost = 0
        put(text.bytes)
        // Its own line is not counted.
        if lost > 0 { lost = count }
    }

    private func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        var rest = bytes
        while rest.count > 0 {
            let portion = UnsafeBufferPointer(rebasing: rest.prefix(Self.portion))
            guard case .bytes(let count) = Descriptor.writeNow(number, portion), count > 0 else {
                return lose(rest)
            }
            isWithinLine = portion[count - 1] != ASCII.lineFeed
            rest = UnsafeBufferPointer(rebasing: rest[count...])
        }
    }

    private func lose(_ bytes: UnsafeBufferPointer<UInt8>) {
        lost += max(1, bytes.count { $0 == ASCII.lineFeed })
    }
}
