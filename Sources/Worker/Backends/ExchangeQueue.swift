/// Exchanges that wait for a slot, oldest first.
struct ExchangeQueue {
    private var storage: [Exchange] = []
    private var start = 0

    /// How many wait.
    var count: Int { storage.count - start }
    var isEmpty: Bool { start == storage.count }
    /// The one that has waited longest.
    var first: Exchange? { isEmpty ? nil : storage[start] }
    /// When it began to wait.
    var oldest: UInt64? { first?.waitsSince }

    /// Adds one at the end; its time in the queue begins.
    mutating func append(_ exchange: Exchange) {
        exchange.beginToWait()
        storage.append(exchange)
    }

    /// Takes off the one at a place, where 0 is the first.
    mutating func remove(at place: Int) -> Exchange { storage.remove(at: start + place) }

    /// Puts back what was taken off a place.
    mutating func insert(_ exchange: Exchange, at place: Int) { storage.insert(exchange, at: start + place) }

    /// Puts back what was taken off the front.
    mutating func prepend(_ exchange: Exchange) {
        if start > 0 {
            start -= 1
            storage[start] = exchange
        } else {
            storage.insert(exchange, at: 0)
        }
    }

    mutating func removeFirst() {
        start += 1
        // Moving costs little where at least half of the entries are gone.
        if start * 2 >= storage.count {
            storage.removeFirst(start)
            start = 0
        }
    }

    /// Takes off one that has waited for longer than its route allows. Routes may differ, so it need not be the first.
    mutating func takeOverdue(now: UInt64) -> Exchange? {
        guard let index = storage[start...].firstIndex(where: { $0.queueDeadline <= now }) else { return nil }
        guard index > start else {
            let exchange = storage[start]
            removeFirst()
            return exchange
        }
        return storage.remove(at: index)
    }

    /// - Returns: Whether `exchange` was waiting.
    mutating func remove(_ exchange: Exchange) -> Bool {
        guard let index = storage[start...].firstIndex(where: { $0 === exchange }) else { return false }
        storage.remove(at: index)
        return true
    }
}
