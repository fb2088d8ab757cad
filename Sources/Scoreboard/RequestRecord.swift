// What a worker is busy with, written by its loop and read by any other process without a lock. A sequence counter
// (seqlock) tells a reader that it has read half of one request and half of the next: it reads again, a few times, and
// then goes without. A writer that dies in between leaves an odd count, which reads as nothing.

import Synchronization

/// A request that a worker is busy with.
package struct CurrentRequest: Equatable, Sendable {
    /// As it came, cut to what a record holds. Whoever shows it takes care of control characters.
    package let method: String
    /// The target, cut likewise.
    package let target: String
    /// The client's address; empty for a unix socket.
    package let client: String
    /// Milliseconds of the monotonic clock at which it was dispatched.
    package let since: UInt64
}

/// One worker's record in shared memory: sequence, since, lengths, and the three texts.
package struct RequestRecord {
    static let wordCount = 32
    static let methodLimit = 16
    static let clientLimit = 48
    static let targetLimit = 168

    private static let attempts = 64
    private static let firstMethod = 3
    private static let firstClient = firstMethod + methodLimit / 8
    private static let firstTarget = firstClient + clientLimit / 8

    package let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Says what the worker is busy with. Only the worker's loop calls it, or the master when the worker is gone.
    package func write(
        method: UnsafeBufferPointer<UInt8>, target: UnsafeBufferPointer<UInt8>,
        client: UnsafeBufferPointer<UInt8>, since: UInt64
    ) {
        change {
            words[1].store(since, ordering: .relaxed)
            let methodCount = store(method, at: Self.firstMethod, limit: Self.methodLimit)
            let clientCount = store(client, at: Self.firstClient, limit: Self.clientLimit)
            let targetCount = store(target, at: Self.firstTarget, limit: Self.targetLimit)
            let lengths = 1 << 24 | methodCount << 16 | clientCount << 8 | targetCount
            words[2].store(UInt64(lengths), ordering: .relaxed)
        }
    }

    /// Says that it is busy with nothing.
    package func clear() {
        change { words[2].store(0, ordering: .relaxed) }
    }

    /// What the worker is busy with; `nil` for nothing, and where it is being written again and again.
    package func read() -> CurrentRequest? {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.wordCount) { copy in
            for _ in 0..<Self.attempts {
                let before = words[0].load(ordering: .acquiring)
                guard before & 1 == 0 else { continue }
                for index in 1..<Self.wordCount { copy[index] = words[index].load(ordering: .relaxed) }
                atomicMemoryFence(ordering: .acquiring)
                guard words[0].load(ordering: .relaxed) == before else { continue }
                return Self.decode(UnsafeRawBufferPointer(copy), since: copy[1], lengths: copy[2])
            }
            return nil
        }
    }

    private func change(_ body: () -> Void) {
        let odd = words[0].load(ordering: .relaxed) | 1
        words[0].store(odd, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        body()
        words[0].store(odd &+ 1, ordering: .releasing)
    }

    private func store(_ bytes: UnsafeBufferPointer<UInt8>, at first: Int, limit: Int) -> Int {
        let count = min(bytes.count, limit)
        let raw = UnsafeRawBufferPointer(bytes)
        var (offset, index) = (0, first)
        while offset + 8 <= count {
            words[index].store(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), ordering: .relaxed)
            (offset, index) = (offset + 8, index + 1)
        }
        guard offset < count else { return count }
        var rest: UInt64 = 0
        withUnsafeMutableBytes(of: &rest) { $0.copyBytes(from: raw[offset..<count]) }
        words[index].store(rest, ordering: .relaxed)
        return count
    }

    /// Another process wrote the lengths: each is held to its limit.
    private static func decode(
        _ bytes: UnsafeRawBufferPointer, since: UInt64, lengths: UInt64
    ) -> CurrentRequest? {
        guard lengths >> 24 == 1 else { return nil }
        func text(_ first: Int, _ shift: UInt64, _ limit: Int) -> String {
            let count = min(Int(lengths >> shift & 0xFF), limit)
            return String(decoding: bytes[(first * 8)..<(first * 8 + count)], as: UTF8.self)
        }
        return CurrentRequest(
            method: text(firstMethod, 16, methodLimit), target: text(firstTarget, 0, targetLimit),
            client: text(firstClient, 8, clientLimit), since: since)
    }
}
