// Which processes run, and when the next one starts. The table decides; Watch acts. Nothing here forks, waits
// or reads a clock.

import Syscalls

/// The places of the processes.
struct WatchTable {
    enum Place: Equatable {
        case running(ProcessID, since: UInt64)
        case waiting(until: UInt64)
        /// Nobody comes any more.
        case closed
    }

    /// What there is to say of an end.
    struct Ending: Equatable {
        enum Weight: Equatable {
            case worthALine
            /// The last line until a process lives long.
            case lastLine
            case silent
        }
        /// Milliseconds.
        let life: UInt64
        /// Until the next start, in milliseconds; `nil` where there is none.
        let pause: UInt64?
        let weight: Weight
    }

    private(set) var places: [Place]
    private var backoffs: [Backoff]
    /// How often somebody has asked for the end.
    private var wishes = 0
    var isStopping: Bool { wishes > 0 }

    /// - Parameter processes: Those that run at first; `nil` for one that has ended already.
    init(_ processes: [ProcessID?], now: UInt64) {
        backoffs = [Backoff](repeating: Backoff(), count: processes.count)
        places = processes.map { $0.map { .running($0, since: now) } ?? .closed }
        for (index, process) in processes.enumerated() where process == nil {
            _ = leave(index, life: 0, now: now)
        }
    }

    /// The processes that run.
    var running: [ProcessID] {
        places.compactMap { place in
            guard case .running(let pid, _) = place else { return nil }
            return pid
        }
    }

    /// Whether there is nothing left to do.
    var isOver: Bool { isStopping && running.isEmpty }

    /// The places whose pause is over.
    func due(now: UInt64) -> [Int] {
        places.indices.filter { index in
            guard case .waiting(let time) = places[index] else { return false }
            return time <= now
        }
    }

    /// When the next pause is over.
    var nextStart: UInt64? {
        places.compactMap { place in
            guard case .waiting(let time) = place else { return nil }
            return time
        }.min()
    }

    mutating func started(_ pid: ProcessID, at index: Int, now: UInt64) {
        places[index] = .running(pid, since: now)
    }

    /// A start that failed is the shortest life.
    mutating func failedToStart(at index: Int, now: UInt64) -> Ending { leave(index, life: 0, now: now) }

    /// - Parameter hasRun: Whether it has come to run its program: what has not has had no life.
    /// - Returns: `nil` for a process that is none of these.
    mutating func ended(_ pid: ProcessID, now: UInt64, hasRun: Bool = true) -> Ending? {
        for (index, place) in places.enumerated() {
            guard case .running(pid, let start) = place else { continue }
            return leave(index, life: hasRun && now > start ? now - start : 0, now: now)
        }
        return nil
    }

    /// Somebody wants an end.
    ///
    /// - Returns: What the running processes are sent: `gentle` first, then what comes, then KILL: whoever asks for the third time
    ///   wants no more patience.
    mutating func stop(_ received: Signal, gentle: Signal) -> Signal {
        defer { wishes += 1 }
        for index in places.indices {
            if case .waiting = places[index] { places[index] = .closed }
        }
        switch wishes {
        case 0: return gentle
        case 1: return received
        default: return .kill
        }
    }

    private mutating func leave(_ index: Int, life: UInt64, now: UInt64) -> Ending {
        guard !isStopping else {
            places[index] = .closed
            return Ending(life: life, pause: nil, weight: .worthALine)
        }
        backoffs[index].ended(after: life)
        let pause = backoffs[index].pause
        places[index] = .waiting(until: now + pause)
        let weight: Ending.Weight =
            switch backoffs[index].shortLives {
            case ...1: .worthALine
            case 2: .lastLine
            default: .silent
            }
        return Ending(life: life, pause: pause, weight: weight)
    }
}
