// Several processes append to one log. Where the disk was full in the middle of a line of one of them, the next line, whose
// ever it is, must not be glued to it.

import Glibc
import Synchronization

/// Whether a log ends within a line, as the processes that share it know.
public final class LogEdge: Sendable {
    private nonisolated(unsafe) let word: UnsafeMutablePointer<Atomic<UInt32>>

    /// One for this process and those that are forked from it later.
    ///
    /// It is never unmapped: logs live as long as their process.
    public init() throws(SyscallError) {
        let size = MemoryLayout<Atomic<UInt32>>.size
        let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let address, address != MAP_FAILED else { throw SyscallError(call: "mmap", code: errno) }
        word = address.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        word.initialize(to: Atomic(0))
    }

    /// A line was cut.
    func wasCut() { word.pointee.store(1, ordering: .relaxed) }

    /// Whether a line was cut and nobody has ended it; whoever asks does so.
    func takeCut() -> Bool {
        // A load alone, nearly always: the word is in every processor's cache then.
        word.pointee.load(ordering: .relaxed) != 0 && word.pointee.exchange(0, ordering: .relaxed) != 0
    }
}
