// Workers open the folders that they serve with rights of their own. What is closed to them is said before anything else is
// tried, by its name: of several folders on the way, the one that has to be opened up is not the last.

import Settings
import Syscalls

/// The folders that workers open before they serve.
package struct ServedFolders: Equatable, Sendable {
    /// Absolute, each once.
    package private(set) var paths: [String] = []

    /// - Parameters:
    ///   - sites: Those of the applications.
    ///   - routes: All of them.
    package init(_ sites: [SitePlan], _ routes: [RoutePlan]) {
        for site in sites {
            switch site {
            case .php(let folder, _), .scripts(let folder): add(folder)
            // It is opened by those who run it.
            case .script: break
            }
        }
        for route in routes {
            for folder in route.folders { add(folder) }
            if let folder = route.missing { add(folder) }
        }
    }

    private mutating func add(_ path: String) { if !paths.contains(path) { paths.append(path) } }

    /// Looks whether this process may open all of them.
    ///
    /// - Parameter user: Who it is, as the settings say it; `nil` for whoever has started the gateway.
    /// - Throws: The first one that it may not.
    package func check(as user: String?) throws(ConfigurationError) {
        let who = user.map { "user \($0)" } ?? "this user"
        for path in paths {
            do throws(SyscallError) { _ = try Files.openDirectory(path) } catch {
                guard Files.isPermissionDenied(error.code) else {
                    throw .environment(
                        "the workers cannot open the folder '\(path)': \(error.reason)".oneLine)
                }
                let closed = Files.closedFolder(onTheWayTo: path)
                throw .environment(
                    (closed.map {
                        "\(who) may not enter the folder '\($0)', and so not read '\(path)': let it in (chmod o+x), or name another folder"
                    }
                        ?? "\(who) may not read the folder '\(path)': let it in (chmod o+rx), or name another one")
                        .oneLine)
            }
        }
    }
}
