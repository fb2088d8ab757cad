// The gateway as a library sees it, by its table.

import CGatewayApplication

/// The gateway.
struct Host: @unchecked Sendable {  // The table lives as long as the process, and never changes.
    let table: UnsafePointer<gateway_host>

    init(_ table: UnsafePointer<gateway_host>?) { self.table = table! }

    /// Holds a handle of the gateway's.
    func adopt(_ handle: Pointer?) -> ForeignHandle {
        ForeignHandle(handle!, release: table.pointee.release!)
    }

    /// Has the gateway do something, and awaits it.
    func run(_ begin: (@escaping gateway_completion, Pointer) -> Pointer?) async throws -> Parcel {
        try await Crossing(
            Crossing.Functions(cancel: table.pointee.cancel!, release: table.pointee.release!)
        ).run(begin)
    }
}
