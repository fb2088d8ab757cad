// A folder of files that a route serves as they are. What is not there is left to what the route names behind it.

import Octets
import Syscalls

/// The folder that `static:` names.
final class FolderSite: Site {
    private let folder: SiteFolder

    /// - Parameter path: The folder, absolute and without links.
    init(_ path: String) throws(SyscallError) { folder = try SiteFolder(path) }

    /// - Returns: A file, a list, a redirect to a folder that has one of them, or 404.
    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination {
        // A folder that is mounted is one like any other: without the slash its relative links would lead astray.
        if path.isEmpty, !mount.isEmpty { return index(of: path, mount: mount, rules, environ) }
        guard path.first == ASCII.slash, !SiteFolder.hasHiddenSegment(path) else {
            return .refused(status: 404)
        }
        switch folder.open(path) {
        case .file(let file) where path.last != ASCII.slash:
            return folder.answer(file, at: path, rules, environ)
        case .file(let file): file.finish()
        case .directory: return index(of: path, mount: mount, rules, environ)
        case .missing, .unreadable: break
        }
        return .refused(status: 404)
    }

    private func index(
        of path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, _ rules: FileRules,
        _ environ: borrowing ByteBuffer
    ) -> Destination {
        for name in rules.index.isEmpty ? Self.indexNames : rules.index {
            guard let file = name.withUnsafeBufferPointer({ folder.index(of: path, $0) }) else { continue }
            guard path.last == ASCII.slash else {
                file.finish()
                return SiteFolder.redirect(path, mount: mount)
            }
            return folder.answer(file, at: folder.indexPath, rules, environ)
        }
        guard rules.isListing else { return .refused(status: 404) }
        return path.last == ASCII.slash ? folder.listing(path) : SiteFolder.redirect(path, mount: mount)
    }

    private static let indexNames = [Array("index.html".utf8)]
}
