// What all workers, and the master's questions, have found out about a server of an external application: one that fails for
// one worker fails for all of them. The address stands here where it comes from a name, behind a sequence counter, because
// the name is looked up again and again: the master writes it, and for itself goes by a table of its own.

import Synchronization
import Syscalls

/// One server's record in shared memory: failures, out until, does not answer, sequence, and four words of address.
package struct ServerRecord {
    static let wordCount = 8
    private static let attempts = 64

    package let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Gets ready for another server.
    package func clear() { for word in 0..<Self.wordCount { words[word].store(0, ordering: .relaxed) } }

    // MARK: Failures

    /// Whether the server is left out at this time, in milliseconds of the monotonic clock.
    package func isOut(_ now: UInt64) -> Bool {
        words[1].load(ordering: .relaxed) > now || words[2].load(ordering: .relaxed) != 0
    }

    /// Notes a failure.
    ///
    /// - Parameters:
    ///   - limit: Failures in a row that take it out; 0 is never.
    ///   - pause: Milliseconds that it is left out.
    /// - Returns: Whether that takes it out.
    package func failed(_ now: UInt64, limit: Int, pause: UInt64) -> Bool {
        let count = words[0].add(1, ordering: .relaxed).newValue
        guard limit > 0, count >= UInt64(limit) else { return false }
        let wasOut = isOut(now)
        words[1].store(now + pause, ordering: .relaxed)
        return !wasOut
    }

    /// Notes that it has answered.
    package func succeeded() {
        // Every exchange says so: a word that all workers read is not written without need.
        if words[0].load(ordering: .relaxed) != 0 { words[0].store(0, ordering: .relaxed) }
        if words[1].load(ordering: .relaxed) != 0 { words[1].store(0, ordering: .relaxed) }
    }

    /// Says whether it answers the master's questions.
    package func setAnswers(_ answers: Bool) { words[2].store(answers ? 0 : 1, ordering: .relaxed) }

    // MARK: Address

    /// Says where its name leads. Only the master does.
    package func setAddress(_ address: SocketAddress) {
        guard let octets = address.octets(limit: 32) else { return }
        let odd = words[3].load(ordering: .relaxed) | 1
        words[3].store(odd, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        for word in 0..<4 {
            var value: UInt64 = 0
            withUnsafeMutableBytes(of: &value) { bytes in
                for index in 0..<8 where word * 8 + index < octets.count {
                    bytes[index] = octets[word * 8 + index]
                }
            }
            words[4 + word].store(value, ordering: .relaxed)
        }
        words[3].store(odd &+ 1, ordering: .releasing)
    }

    /// Where its name leads; `nil` before it was looked up.
    package var address: SocketAddress? {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4) { copy in
            for _ in 0..<Self.attempts {
                let before = words[3].load(ordering: .acquiring)
                guard before != 0 else { return nil }
                guard before & 1 == 0 else { continue }
                for word in 0..<4 { copy[word] = words[4 + word].load(ordering: .relaxed) }
                atomicMemoryFence(ordering: .acquiring)
                guard words[3].load(ordering: .relaxed) == before else { continue }
                return SocketAddress(octets: UnsafeRawBufferPointer(copy))
            }
            return nil
        }
    }
}
