/// Why a worker asks to be replaced. It goes on serving until the master, which starts the successor first, sends
/// TERM.
package enum ReplacementReason: UInt64, Sendable {
    case none
    /// It has answered as many requests as `--max-requests` and chance allow.
    case requests
    /// It uses more memory than `--max-worker-memory`.
    case memory
    /// Handlers that never return hold all of its threads.
    case threads
}
