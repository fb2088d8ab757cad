// The gateway's side of an application in a library: an ordinary application, so that the engine knows
// nothing of libraries.

import CGatewayApplication
import GatewayInterface

/// Applications of libraries.
package enum LibraryImport {
    /// The function that a library exports.
    package static let symbol = "gateway_application"

    /// The version of the interface that this gateway was built with.
    package static let version = UInt32(GATEWAY_APPLICATION_VERSION)

    /// Makes an application of what a library's function has answered.
    ///
    /// - Throws: What is wrong with it.
    package static func application(
        from table: UnsafeRawPointer?
    ) throws(LibraryImportError) -> Application {
        guard let table else { throw .isEmpty }
        // Nothing else may be looked at before it is known to be what it is here.
        let version = table.load(as: UInt32.self)
        guard version == Self.version else { throw .version(version) }
        let library = ForeignLibrary(table: table.assumingMemoryBound(to: gateway_application.self))
        let functions = library.table.pointee
        guard functions.size == MemoryLayout<gateway_application>.size else { throw .size }
        if functions.failure.start != nil { throw .failed(functions.failure.text) }
        guard functions.release != nil, functions.cancel != nil else { throw .isEmpty }
        switch Int(functions.kind) {
        case GATEWAY_INLINE where functions.answer != nil: return .inline { try library.answer($0) }
        case GATEWAY_ASYNCHRONOUS where functions.start != nil:
            return .asynchronous(streamsBody: functions.streams_body != 0) { try await library.start($0) }
        default: throw .isEmpty
        }
    }
}

/// Why a library has no application for this gateway.
package enum LibraryImportError: Error, Equatable, Sendable {
    /// It was built for another version of the interface.
    case version(UInt32)
    /// It says that it was built for this version, and its table is of another size.
    case size
    /// Its function answers with nothing, or with a table without functions.
    case isEmpty
    /// Its application could not be built, and this is why.
    case failed(String)
}
