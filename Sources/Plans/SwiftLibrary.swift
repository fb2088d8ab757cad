// Swift applications in dynamic libraries (`swift:libapp.so`). The engine gets an ordinary application, and
// never learns where its handler lives.

import ApplicationLibrary
import GatewayInterface
import Syscalls

/// The loading of applications from dynamic libraries.
enum SwiftLibrary {
    /// Loads a library, and makes its application. In a worker: loading runs code of the library, and starts
    /// another Swift runtime. The library stays until the process ends.
    ///
    /// - Parameter path: Relative to the folder of the process.
    /// - Throws: ``ApplicationNotFound`` where there is no such file or no application in it, or
    ///   ``SwiftLibraryError``.
    static func load(_ path: String) throws -> Application {
        guard let status = Files.status(path) else {
            throw ApplicationNotFound("there is no file '\(path)'")
        }
        guard status.kind == .regular else { throw ApplicationNotFound("'\(path)' is not a file") }
        let library: DynamicLibrary
        do { library = try DynamicLibrary(path: path) } catch {
            throw SwiftLibraryError(path, error)
        }
        guard let address = try? library.symbol(LibraryImport.symbol) else {
            throw ApplicationNotFound(
                "'\(path)' has no function '\(LibraryImport.symbol)': export one (docs/swift-libraries.md)")
        }
        typealias Export = @convention(c) () -> UnsafeRawPointer?
        do {
            return try LibraryImport.application(from: unsafeBitCast(address, to: Export.self)())
        } catch {
            throw SwiftLibraryError(path, error)
        }
    }
}

/// A library that holds no application for this gateway.
struct SwiftLibraryError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, where, and what to do about it.
    let message: String

    var description: String { message }
}

extension SwiftLibraryError {
    /// What the loader says, which often begins with the path; or with that of another library, which this
    /// one needs.
    init(_ path: String, _ error: DynamicLibraryError) {
        let place = (path.contains("/") ? path : "./" + path) + ": "
        let isOfItself = error.reason.hasPrefix(place)
        let reason = isOfItself ? String(error.reason.dropFirst(place.count)) : error.reason
        let advice = isOfItself ? "; is it a dynamic library, built for this machine?" : ""
        self.init(message: "'\(path)' cannot be loaded: \(reason)\(advice)")
    }

    init(_ path: String, _ error: LibraryImportError) {
        let advice = "build it against the version of the gateway that loads it"
        let own = LibraryImport.version
        let words =
            switch error {
            case .version(let version):
                "has version \(version) of the interface, and this gateway version \(own): \(advice)"
            case .size: "has version \(own) of the interface, but another layout: \(advice)"
            case .isEmpty: "has a function '\(LibraryImport.symbol)' that gives no application"
            case .failed(let reason): "could not make its application: \(reason)"
            }
        self.init(message: "'\(path)' \(words)")
    }
}
