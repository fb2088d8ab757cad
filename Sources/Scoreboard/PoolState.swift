/// How the processes of an application are.
package enum PoolState: UInt8, Sendable, CustomStringConvertible {
    /// None accepts yet.
    case starting
    /// All that there should be accept; none at all, where none is needed.
    case ready
    /// Some accept, and some do not start.
    case degraded
    /// None accepts, and those that were tried did not start.
    case failed

    package var description: String {
        switch self {
        case .starting: "starting"
        case .ready: "ready"
        case .degraded: "degraded"
        case .failed: "failed"
        }
    }
}
