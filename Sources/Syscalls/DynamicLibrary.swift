// Dynamic libraries (dlopen(3)). One is never closed: its code may run on threads and in tasks that nobody
// counts.

import Glibc

/// A dynamic library in this process, until the process ends.
public struct DynamicLibrary: @unchecked Sendable {  // The loader's handle is for any thread.
    private let handle: UnsafeMutableRawPointer

    /// Loads a library, and those that it needs, with all of their symbols; they stay its own. Loading runs
    /// code of the library.
    ///
    /// - Parameter path: Relative to the folder of the process; the loader's own search path is not asked.
    /// - Throws: What the loader says.
    public init(path: String) throws(DynamicLibraryError) {
        // Without a slash the loader would look elsewhere (dlopen(3)).
        let path = path.contains("/") ? path : "./" + path
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { throw Self.lastError() }
        self.handle = handle
    }

    /// The address of a symbol.
    ///
    /// - Throws: What the loader says where the library has none of that name.
    public func symbol(_ name: String) throws(DynamicLibraryError) -> UnsafeMutableRawPointer {
        guard let address = dlsym(handle, name) else { throw Self.lastError() }
        return address
    }

    private static func lastError() -> DynamicLibraryError {
        DynamicLibraryError(reason: dlerror().map { String(cString: $0) } ?? "its address is nowhere")
    }
}

/// A library that could not be loaded, or lacks a symbol.
public struct DynamicLibraryError: Error, Equatable, CustomStringConvertible {
    /// The loader's words (dlerror(3)).
    public let reason: String

    /// The loader's words.
    public var description: String { reason }
}
