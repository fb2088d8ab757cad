// How many connections each client address has, over all workers. Each worker has a table of its own in shared memory and
// is the only one to write there, so that counting takes no lock and no exchange, and a worker that is killed takes its
// counts with it: the master clears its table. Who wants to know how many there are in all adds up the same few places
// of every worker's table.
//
// A table is open addressed and of fixed size. An address is within `window` places from the one that its hash names, so that
// a place that is freed needs no mark. Where the window is full of others the connection is not counted: thousands
// of addresses at once are not what this limit is against.

import Synchronization
import Syscalls

/// The table of every worker. A place is 48 bits of the address's hash, and 16 of count; 0 is free.
package struct AddressCounts {
    /// Places a worker.
    package static let places = 16_384
    private static let window = 16

    /// What became of a connection that wanted to be counted.
    package enum Entry: Equatable {
        /// It is counted, at this place of the worker's table.
        case counted(Int)
        /// There was no place.
        case uncounted
        /// Its address has as many as it may have.
        case tooMany
    }

    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// - Parameter words: ``places`` words for each worker.
    package init(words: UnsafeMutablePointer<Atomic<UInt64>>) { self.words = words }

    private func word(_ place: Int, _ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        words + worker * Self.places + place
    }

    private static func key(_ hash: UInt64) -> UInt64 { max(1, hash >> 16) }

    private static func place(_ hash: UInt64, _ step: Int) -> Int {
        (Int(truncatingIfNeeded: hash) & (places - 1) + step) & (places - 1)
    }

    /// Counts a connection.
    ///
    /// - Parameters:
    ///   - hash: Of the address.
    ///   - workers: How many tables there are to add up, from the first one.
    package func enter(_ hash: UInt64, worker: Int, workers: Int, limit: Int) -> Entry {
        let key = Self.key(hash)
        var total = 0
        for other in 0..<workers {
            for step in 0..<Self.window {
                let value = word(Self.place(hash, step), other).pointee.load(ordering: .relaxed)
                if value >> 16 == key { total += Int(value & 0xFFFF) }
            }
        }
        guard total < limit else { return .tooMany }
        var free: Int?
        for step in 0..<Self.window {
            let place = Self.place(hash, step)
            let value = word(place, worker).pointee.load(ordering: .relaxed)
            if value >> 16 == key {
                // `total` counts this one too, and is below a limit of 16 bits.
                word(place, worker).pointee.store(value &+ 1, ordering: .relaxed)
                return .counted(place)
            }
            if value == 0, free == nil { free = place }
        }
        guard let free else { return .uncounted }
        word(free, worker).pointee.store(key << 16 | 1, ordering: .relaxed)
        return .counted(free)
    }

    /// A connection that was counted has closed.
    package func leave(_ place: Int, worker: Int) {
        let word = word(place, worker)
        let value = word.pointee.load(ordering: .relaxed)
        word.pointee.store(value & 0xFFFF <= 1 ? 0 : value - 1, ordering: .relaxed)
    }

    /// Forgets what a worker has counted that is gone.
    package func clear(worker: Int) {
        for place in 0..<Self.places where word(place, worker).pointee.load(ordering: .relaxed) != 0 {
            word(place, worker).pointee.store(0, ordering: .relaxed)
        }
    }
}
