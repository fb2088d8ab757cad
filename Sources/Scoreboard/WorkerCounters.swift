// What a worker has done, as numbers that only grow. Each worker writes its own; when it has ended, the master adds them
// to those of all that are gone, so that the sum over everything never goes back.

import Synchronization

/// What is counted.
package enum Counter: Int, CaseIterable {
    // Requests by the first digit of their status; each that has a line in the access log counts once.
    case informational = 1
    case successful, redirected, clientErrors, serverErrors
    case accepted, closed
    /// Connections that got 503 before they were heard.
    case refused
    /// Connections whose client was too slow with a head, a body or an answer.
    case timedOut
    /// Idle connections that were closed for want of room.
    case evicted
    case octetsIn, octetsOut
}

/// The counters of one worker, for whoever writes them.
package struct WorkerCounters {
    /// Words of one worker; the first one is no counter but says whether the worker is full, and the last one what its
    /// temporary files take.
    static let wordCount = 16

    package let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// Adds to a counter. Only the worker's loop writes the word.
    @inline(__always)
    package func add(_ counter: Counter, _ count: Int = 1) {
        let word = words + counter.rawValue
        word.pointee.store(
            word.pointee.load(ordering: .relaxed) &+ UInt64(truncatingIfNeeded: count), ordering: .relaxed)
    }

    /// Counts a request by its status.
    package func request(status: Int) { add(Counter(rawValue: min(max(status / 100, 1), 5))!) }

    package subscript(_ counter: Counter) -> UInt64 { words[counter.rawValue].load(ordering: .relaxed) }

    /// Whether the worker has no room for a connection and nobody to put out for it.
    package var isFull: Bool {
        get { words[0].load(ordering: .relaxed) != 0 }
        nonmutating set { words[0].store(newValue ? 1 : 0, ordering: .relaxed) }
    }

    /// Bytes of the worker's temporary files.
    package var temporary: UnsafeMutablePointer<Atomic<UInt64>> { words + (Self.wordCount - 1) }
}

/// The counters of a worker, read at one moment.
package struct WorkerTotals: Equatable, Sendable, CustomStringConvertible {
    private var values = [UInt64](repeating: 0, count: WorkerCounters.wordCount)

    init(_ counters: WorkerCounters) {
        for counter in Counter.allCases { values[counter.rawValue] = counters[counter] }
    }

    package subscript(_ counter: Counter) -> UInt64 { values[counter.rawValue] }

    /// Requests that were answered, or whose client left before that.
    package var requests: UInt64 {
        (Counter.informational.rawValue...Counter.serverErrors.rawValue).reduce(0) { $0 &+ values[$1] }
    }

    /// For the log.
    package var description: String {
        let classes = (1...5).map { "\($0)xx \(values[$0])" }.joined(separator: ", ")
        return
            "\(requests) request\(requests == 1 ? "" : "s") (\(classes)) on \(self[.accepted]) "
            + "connection\(self[.accepted] == 1 ? "" : "s") (closed \(self[.closed]), "
            + "refused \(self[.refused]), timed out \(self[.timedOut]), evicted \(self[.evicted])), "
            + "\(self[.octetsIn]) octets in, \(self[.octetsOut]) out"
    }
}

extension Scoreboard {
    /// The numbers of a worker.
    package func totals(worker: Int) -> WorkerTotals { WorkerTotals(counters(worker: worker)) }

    /// The numbers of all workers that have ended.
    var totalsOfEnded: WorkerTotals { WorkerTotals(endedCounters) }

    /// Adds what a worker has counted that is gone to what others had, and begins anew.
    func retireCounters(worker: Int) {
        let (gone, sum) = (counters(worker: worker), endedCounters)
        for counter in Counter.allCases {
            sum.add(counter, Int(truncatingIfNeeded: gone[counter]))
            gone.words[counter.rawValue].store(0, ordering: .relaxed)
        }
        gone.isFull = false
        gone.temporary.pointee.store(0, ordering: .relaxed)
    }

    /// A worker's temporary files have grown, or one of them is gone.
    package func changeTemporary(by difference: Int, worker: Int) {
        counters(worker: worker).temporary.pointee.wrappingAdd(
            UInt64(bitPattern: Int64(difference)), ordering: .sequentiallyConsistent)
    }

    /// Bytes of the temporary files of all workers. Each worker wrote its own number: one that is nonsense counts as none.
    package var temporary: UInt64 {
        (0..<workerBound).reduce(0) { sum, worker in
            let count = counters(worker: worker).temporary.pointee.load(ordering: .sequentiallyConsistent)
            return count < 1 << 62 ? sum &+ count : sum
        }
    }

    /// Whether no worker that serves has room, `worker` left out.
    package func isFullEverywhere(but worker: Int) -> Bool {
        (0..<workerBound).allSatisfy { other in
            other == worker || state(worker: other) != .serving || counters(worker: other).isFull
        }
    }

    /// Whether some worker has no room: connections that it was told of may still wait.
    package func isFullSomewhere(but worker: Int) -> Bool {
        (0..<workerBound).contains { $0 != worker && counters(worker: $0).isFull }
    }
}
