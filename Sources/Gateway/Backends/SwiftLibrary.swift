// Swift applications in dynamic libraries.

import GatewayInterface

/// The dynamic library of a Swift application.
enum SwiftLibrary {
    /// Loads the library at `path` and makes its application.
    ///
    /// - Throws: ``ApplicationNotFound`` where there is none in it.
    static func load(_ path: String) throws -> Application {
        throw ApplicationNotFound("'\(path)' cannot be loaded by this gateway")
    }
}
