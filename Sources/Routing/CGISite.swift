// Folders of CGI scripts, and single ones. Only what a path means is decided here; a CGI responder runs the script, and
// looks at it once more.
//
//   1. the first part of the path that is no folder is the script; the rest is PATH_INFO
//   2. it has to be a file that may be run; a folder, and any other file, is refused
//   3. no name on the way begins with a dot

import GatewayInterface
import Octets
import Syscalls

/// The site that `cgi:DIR` serves.
final class CGISite: Site {
    private let folder: SiteFolder

    /// - Parameters:
    ///   - path: The folder, absolute and without links.
    ///   - refusals: Where is said what is not run.
    init(_ path: String, refusals: RefusalLog? = nil) throws(SyscallError) {
        folder = try SiteFolder(path, refusals: refusals)
    }

    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination {
        // The folder itself, mounted somewhere: as with a slash behind it, it is no script.
        if path.isEmpty, !mount.isEmpty { return .refused(status: 403) }
        guard path.first == ASCII.slash else { return .refused(status: 404) }
        var end = 0
        while end < path.count {
            let start = end + 1
            end = path[start...].firstIndex(of: ASCII.slash) ?? path.count
            let script = UnsafeBufferPointer(rebasing: path[..<max(end, 1)])
            if start < path.count, path[start] == UInt8(ascii: ".") {
                return .refused(status: folder.hasAnything(script, links: rules.links) ? 403 : 404)
            }
            switch folder.programStanding(script, links: rules.links) {
            case .directory: continue
            case .missing: return .refused(status: 404)
            case .other: return folder.refuseSpecial(script)
            case .notExecutable:
                folder.noteRefusal(of: script) { "the workers' user may not run it (chmod +x)" }
                return .refused(status: 403)
            case .closed, .behindLink:
                folder.noteRefusal(of: script, links: rules.links)
                return .refused(status: 403)
            case .executable:
                folder.appendScript(path, split: end, mount: mount, to: &environ)
                return .application
            }
        }
        return .refused(status: 403)
    }
}

/// The site that `cgi:FILE` serves: whatever the path is, it is the script's to understand.
final class SingleScriptSite: Site {
    private let script: [UInt8]
    private let root: [UInt8]

    /// - Parameters:
    ///   - script: The script, absolute and without links.
    ///   - root: What PATH_TRANSLATED begins with.
    init(_ script: String, root: String) {
        self.script = Array(script.utf8)
        self.root = Array(root.utf8)
    }

    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination {
        // No path at all is the script's own address, where it is mounted at one (RFC 3875, §4.1.5 and §4.1.13).
        guard path.first == ASCII.slash || path.isEmpty && !mount.isEmpty else {
            return .refused(status: 404)
        }
        environ.appendPair("SCRIPT_NAME", mount)
        environ.appendPair("PATH_INFO", path)
        script.withUnsafeBufferPointer { environ.appendPair("SCRIPT_FILENAME", $0) }
        root.withUnsafeBufferPointer { root in
            environ.appendPair("DOCUMENT_ROOT", root)
            if !path.isEmpty { environ.appendPair("PATH_TRANSLATED", root, path) }
        }
        return .application
    }
}
