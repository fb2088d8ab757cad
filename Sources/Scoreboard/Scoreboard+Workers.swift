// A worker's entry, word by word:
//
//   0 state   1 heartbeat   2 requests   3 connections   4 age and pid   5 started at   6 memory   7 wants replacement

import Synchronization
import Syscalls

extension Scoreboard {
    package func setState(_ state: WorkerState, worker: Int) {
        entry(worker, 0).pointee.store(state.rawValue, ordering: .sequentiallyConsistent)
    }

    package func state(worker: Int) -> WorkerState {
        WorkerState(rawValue: entry(worker, 0).pointee.load(ordering: .sequentiallyConsistent)) ?? .absent
    }

    /// Milliseconds of the monotonic clock at which the worker's loop last turned.
    package func setHeartbeat(_ now: UInt64, worker: Int) {
        entry(worker, 1).pointee.store(now, ordering: .relaxed)
    }

    package func heartbeat(worker: Int) -> UInt64 { entry(worker, 1).pointee.load(ordering: .relaxed) }

    /// Counts an exchange. Only the worker's loop writes the word.
    package func countRequest(worker: Int) {
        let word = entry(worker, 2)
        word.pointee.store(word.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Counts an exchange where several threads of the worker do.
    package func countRequestOfAnyThread(worker: Int) { entry(worker, 2).pointee.add(1, ordering: .relaxed) }

    package func requests(worker: Int) -> UInt64 { entry(worker, 2).pointee.load(ordering: .relaxed) }

    /// Connections open now.
    package func setConnections(_ count: Int, worker: Int) {
        entry(worker, 3).pointee.store(UInt64(count), ordering: .relaxed)
    }

    package func connections(worker: Int) -> Int {
        Int(truncatingIfNeeded: entry(worker, 3).pointee.load(ordering: .relaxed))
    }

    /// Who the worker is, and since when.
    package func setIdentity(age: Int, pid: ProcessID, startedAt: UInt64, worker: Int) {
        let identity = UInt64(UInt32(truncatingIfNeeded: age)) << 32 | UInt64(UInt32(bitPattern: pid))
        raiseWorkerBound(over: worker)
        entry(worker, 4).pointee.store(identity, ordering: .relaxed)
        entry(worker, 5).pointee.store(startedAt, ordering: .relaxed)
    }

    package func identity(worker: Int) -> (age: Int, pid: ProcessID) {
        let identity = entry(worker, 4).pointee.load(ordering: .relaxed)
        return (Int(identity >> 32), ProcessID(truncatingIfNeeded: identity))
    }

    package func startedAt(worker: Int) -> UInt64 { entry(worker, 5).pointee.load(ordering: .relaxed) }

    /// Resident octets.
    package func setMemory(_ count: UInt64, worker: Int) {
        entry(worker, 6).pointee.store(count, ordering: .relaxed)
    }

    package func memory(worker: Int) -> UInt64 { entry(worker, 6).pointee.load(ordering: .relaxed) }

    /// Asks for a successor; the master is to be rung.
    package func setWantsReplacement(_ reason: ReplacementReason, worker: Int) {
        entry(worker, 7).pointee.store(reason.rawValue, ordering: .sequentiallyConsistent)
    }

    package func wantsReplacement(worker: Int) -> ReplacementReason {
        ReplacementReason(rawValue: entry(worker, 7).pointee.load(ordering: .sequentiallyConsistent)) ?? .none
    }
}
