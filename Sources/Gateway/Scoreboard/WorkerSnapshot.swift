import Syscalls

/// Why a worker asks to be replaced. It goes on serving until the master, which starts the successor first, sends
/// TERM.
enum ReplacementReason: UInt64, Sendable {
    case none
    /// It has answered as many requests as `--max-requests` and chance allow.
    case requests
    /// It uses more memory than `--max-worker-memory`.
    case memory
    /// Handlers that never return hold all of its threads.
    case threads
}

/// What a worker has said of itself, read at one moment. The master takes it as a hint only: workers can write there
/// what they like.
struct WorkerSnapshot: Equatable, Sendable {
    let state: Scoreboard.WorkerState
    /// The order of spawning.
    let age: Int
    let pid: ProcessID
    /// Milliseconds of the monotonic clock at which it was forked.
    let startedAt: UInt64
    /// Exchanges since then.
    let requests: UInt64
    /// Connections open now.
    let connections: Int
    /// Milliseconds of the monotonic clock at which its loop last turned.
    let heartbeat: UInt64
    /// Resident octets, looked at once a second.
    let memory: UInt64
    let wantsReplacement: ReplacementReason
    /// The request that has been in flight longest.
    let current: CurrentRequest?
}

extension Scoreboard {
    /// Everything that a worker has said of itself.
    func snapshot(worker: Int) -> WorkerSnapshot {
        let identity = identity(worker: worker)
        return WorkerSnapshot(
            state: state(worker: worker), age: identity.age, pid: identity.pid,
            startedAt: startedAt(worker: worker), requests: requests(worker: worker),
            connections: connections(worker: worker), heartbeat: heartbeat(worker: worker),
            memory: memory(worker: worker), wantsReplacement: wantsReplacement(worker: worker),
            current: record(worker: worker).read())
    }
}
