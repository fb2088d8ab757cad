/// How many processes of an application run, and how long each of them.
struct ScalingSettings: Sendable, Equatable {
    /// When processes run.
    enum Way: String, CaseIterable, Sendable {
        /// As many as there may be, always.
        case `static`
        /// More while requests wait, fewer while nobody needs them.
        case dynamic
        /// None until a request comes.
        case ondemand
    }

    var way = Way.static
    /// Processes that run in any case, where the way is `dynamic`.
    var minProcesses = 1
    /// Free processes that are kept ready, where the way is `dynamic`.
    var spareProcesses = 1
    /// Seconds until a process that nobody needs ends.
    var idleTimeout = 60
    /// Requests after which a process is replaced; 0 is never.
    var maxRequests = 0
    /// At most so many more, by chance.
    var maxRequestsJitter = 0
    /// Seconds after which a process is replaced; 0 is never.
    var maxAge = 0
    /// Octets of resident memory beyond which a process is replaced; 0 is never.
    var maxMemory = 0

    /// Whether processes are ever replaced though they work.
    var recycles: Bool { maxRequests > 0 || maxAge > 0 || maxMemory > 0 }
}
