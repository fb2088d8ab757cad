/// What all buffers of a worker may take together. It counts and refuses nothing itself: whoever is about to keep more
/// asks, and has something else to do where the answer is no. One thread uses it.
package final class MemoryBudget {
    private let limit: Int
    /// Octets in use.
    private(set) var used = 0

    init(limit: Int) { self.limit = limit }

    /// Whether nothing more should be kept in memory.
    var isExhausted: Bool { used >= limit }

    /// A buffer has become larger, or smaller.
    func change(by difference: Int) { used += difference }
}
