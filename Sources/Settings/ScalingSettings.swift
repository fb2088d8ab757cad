/// How many processes of an application run, and how long each of them.
package struct ScalingSettings: Sendable, Equatable {
    /// When processes run.
    package enum Way: String, CaseIterable, Sendable {
        /// As many as there may be, always.
        case `static`
        /// More while requests wait, fewer while nobody needs them.
        case dynamic
        /// None until a request comes.
        case ondemand
    }

    package var way = Way.static
    /// Processes that run in any case, where the way is `dynamic`.
    package var minProcesses = 1
    /// Free processes that are kept ready, where the way is `dynamic`.
    package var spareProcesses = 1
    /// Seconds until a process that nobody needs ends.
    package var idleTimeout = 60
    /// Requests after which a process is replaced; 0 is never.
    package var maxRequests = 0
    /// At most so many more, by chance.
    package var maxRequestsJitter = 0
    /// Seconds after which a process is replaced; 0 is never.
    package var maxAge = 0
    /// Octets of resident memory beyond which a process is replaced; 0 is never.
    package var maxMemory = 0

    package init() {}

    /// Whether processes are ever replaced though they work.
    package var recycles: Bool { maxRequests > 0 || maxAge > 0 || maxMemory > 0 }
}
