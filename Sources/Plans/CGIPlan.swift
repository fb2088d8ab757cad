// How `cgi:` is run: by one process of the gateway's own program, the CGI responder, in which each slot is a script.

import Routing
import Settings
import Syscalls

/// A folder of CGI scripts, or a script, and the responder that runs it.
package struct CGIPlan {
    package let site: SitePlan
    package let program = "/proc/self/exe"
    package let arguments: [String]

    /// - Parameters:
    ///   - path: As it was given.
    ///   - scripts: Scripts at once.
    ///   - root: What PATH_TRANSLATED begins with where there is one script; `nil` for its folder.
    package init(
        _ path: String, scripts: Int, root: String?, settings: Settings
    ) throws(ConfigurationError) {
        site = try Self.site(path, in: settings.base, root: root)
        // What scripts say on their standard error goes the same way as their answers: so it is known whose it is.
        var arguments = ["gateway", "fcgiwrap", "-f", "-c", "\(scripts)"]
        switch site {
        case .script(let file, _): arguments += ["--script", file]
        case .scripts(let folder), .php(let folder, _):
            arguments += ["--root", folder, "--follow-links", settings.files.links.rawValue]
        }
        // By name: everybody may read the arguments of a process, and values may be secrets.
        // A script knows nothing of who starts the gateway, and of its own user what it has to.
        let login = settings.user == nil ? [] : Login.names
        for name in Set(settings.variables.map(\.name) + login).sorted() {
            arguments += ["--env", name]
        }
        self.arguments = arguments
    }

    /// Whether `cgi:` names one script, and no folder of them.
    package static func isScript(_ path: String, in folder: String?) -> Bool {
        Files.status(whole(path, in: folder))?.kind == .regular
    }

    private static func whole(_ path: String, in folder: String?) -> String {
        folder.map { path.hasPrefix("/") ? path : $0 + "/" + path } ?? path
    }

    private static func site(
        _ path: String, in folder: String?, root: String?
    ) throws(ConfigurationError) -> SitePlan {
        let whole = whole(path, in: folder)
        guard let status = Files.status(whole), let absolute = Files.absolutePath(whole) else {
            throw .environment("cannot find '\(path)' (cgi:): name a folder of scripts, or a script")
        }
        switch status.kind {
        case .directory:
            guard Files.isReadableDirectory(absolute) else {
                throw .environment("cannot read the folder '\(path)' (cgi:): may this user enter it?")
            }
            return .scripts(absolute)
        case .regular:
            guard Files.isExecutable(absolute) else {
                throw .environment("cannot run the script '\(path)' (cgi:): make it executable (chmod +x)")
            }
            let end = absolute.lastIndex(of: "/")!
            return .script(absolute, root: root ?? String(absolute[..<end]))
        case .device, .other:
            throw .environment("'\(path)' (cgi:) is neither a folder nor a file")
        }
    }
}
