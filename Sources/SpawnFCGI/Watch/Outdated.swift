// Processes whose socket has been replaced by another one: nobody reaches them any more. What they have begun they may finish. Most
// end by themselves, because accept(2) fails; the others are asked to after a while, and killed after another. Nothing
// here reads a clock or sends a signal.

import Syscalls

/// Those that have a dead socket.
struct Outdated {
    /// Milliseconds until a process is asked to end, and from then until it is killed.
    static let patience: UInt64 = 10_000

    private var processes: [ProcessID: (next: UInt64, isAsked: Bool)] = [:]

    /// The socket of these has been replaced.
    mutating func add(_ pids: [ProcessID], now: UInt64) {
        for pid in pids where processes[pid] == nil { processes[pid] = (now + Self.patience, false) }
    }

    mutating func ended(_ pid: ProcessID) { processes[pid] = nil }

    /// When there is something to do next.
    var next: UInt64? { processes.values.map(\.next).min() }

    /// - Returns: Those that are to end now, and whether they have been asked before.
    mutating func due(now: UInt64) -> [(pid: ProcessID, isLate: Bool)] {
        let due = processes.filter { $0.value.next <= now }
        for pid in due.keys { processes[pid] = (now + Self.patience, true) }
        return due.map { (pid: $0.key, isLate: $0.value.isAsked) }.sorted { $0.pid < $1.pid }
    }
}
