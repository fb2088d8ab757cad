// A Swift application in the workers: what makes it, and which file it comes from. It has no process of its own, so what a
// configuration says about processes cannot be meant for it.

import GatewayInterface
import Settings
import Syscalls

/// A Swift application, which each worker makes after its fork.
package struct SwiftPlan: Sendable {
    /// What stands behind `swift:` for the application of the program itself.
    package static let own = "self"

    /// Makes it.
    package let build: @Sendable () throws -> Application
    /// The file of its library; `nil` for the application of the program itself.
    package let library: String?
    private let version: Version?

    /// What a library's file is known by: one that was built anew is another one.
    private struct Version: Equatable, Sendable {
        let identity: FileIdentity
        let size: Int
        let modified: Int
        let modifiedNanoseconds: Int
    }

    /// The application of the program itself.
    package init(own build: @escaping @Sendable () throws -> Application) {
        self.build = build
        (library, version) = (nil, nil)
    }

    /// The application of a library, which is loaded by those who build it.
    ///
    /// - Parameter folder: Where a relative path begins.
    package init(library path: String, in folder: String) throws(ConfigurationError) {
        let path = path.hasPrefix("/") ? path : (folder == "/" ? "" : folder) + "/" + path
        guard let status = Files.status(path), status.kind == .regular, let identity = Files.identity(path),
            Files.isReadable(path)
        else {
            throw .applicationNotFound(
                "cannot read the library '\(path)' (swift:): is it there, and may this user read it?")
        }
        library = path
        version = Version(
            identity: identity, size: status.size, modified: status.modified,
            modifiedNanoseconds: status.modifiedNanoseconds)
        build = { try SwiftLibrary.load(path) }
    }

    /// Whether it comes from the same file, and that has not changed.
    package func isSame(as other: SwiftPlan) -> Bool { library == other.library && version == other.version }

    /// What is to be watched for changes with `--reload`.
    package var file: String { library ?? startedProgram }
}
