// What the temporary files of a gateway take together. Each worker counts its own in a word of the scoreboard, and looks at
// the words of all before one of its files grows. A worker that is killed loses its files to the kernel and its word to the
// master, which clears the scoreboard for it: nothing stays counted. Runs in a worker, on any of its threads.

import Octets
import Scoreboard
import Synchronization
import Syscalls

/// The bound of all temporary files, as one worker sees it.
///
/// Sendable because it is made of atomics in memory that is mapped as long as the process lives.
package final class TemporarySpace: @unchecked Sendable {
    private let scoreboard: Scoreboard
    private let worker: Int
    private let limit: UInt64

    /// - Parameter limit: Bytes; 0 for no bound.
    init(_ scoreboard: Scoreboard, worker: Int, limit: Int) {
        self.scoreboard = scoreboard
        self.worker = worker
        self.limit = limit > 0 ? UInt64(limit) : .max
    }

    /// Takes room for a file that grows.
    ///
    /// - Throws: `EDQUOT` where the files of all workers would take more than they may: as a full disk does.
    func take(_ count: Int) throws(SyscallError) {
        // Taken first and counted then: of two workers that want the last room both may fail, but never both get it.
        scoreboard.changeTemporary(by: count, worker: worker)
        guard limit < .max, scoreboard.temporary > limit else { return }
        scoreboard.changeTemporary(by: -count, worker: worker)
        throw SyscallError.quotaExceeded("write")
    }

    /// Gives back what a file has taken.
    func giveBack(_ count: Int) { scoreboard.changeTemporary(by: -count, worker: worker) }
}

/// An unlinked file; it goes with its last reference, and its room with it.
final class TemporaryFile {
    private let descriptor: OwnedDescriptor
    private let space: TemporarySpace?
    /// Bytes that it has had at the most: a file becomes no shorter while it is read.
    private var size = 0

    init(in folder: String, _ space: TemporarySpace?) throws(SyscallError) {
        descriptor = try Files.temporary(in: folder)
        self.space = space
    }

    deinit { space?.giveBack(size) }

    var number: CInt { descriptor.number }

    /// Makes sure that it may have so many bytes.
    func grow(to size: Int) throws(SyscallError) {
        guard size > self.size else { return }
        try space?.take(size - self.size)
        self.size = size
    }
}
