// A folder of files that a route serves as they are. What is not there is left to what the route names behind it.

import Octets
import Syscalls

/// The folder that `static:` names.
final class FolderSite: Site {
    private let folder: SiteFolder

    /// - Parameters:
    ///   - path: The folder, absolute and without links.
    ///   - refusals: Where is said what is not given away.
    init(_ path: String, refusals: RefusalLog? = nil) throws(SyscallError) {
        folder = try SiteFolder(path, refusals: refusals)
    }

    /// - Returns: A file, a list, a redirect to a folder that has one of them, 404, or 403 for what is there and may not be read.
    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination {
        // A folder that is mounted is one like any other: without the slash its relative links would lead astray.
        if path.isEmpty, !mount.isEmpty { return index(of: path, mount: mount, rules, environ) }
        guard path.first == ASCII.slash, !SiteFolder.hasHiddenSegment(path) else {
            return .refused(status: 404)
        }
        switch folder.open(path, links: rules.links) {
        case .file(let file) where path.last != ASCII.slash:
            return folder.answer(file, at: path, rules, environ)
        case .file(let file): file.finish()
        case .directory: return index(of: path, mount: mount, rules, environ)
        case .missing: break
        case .special: return folder.refuseSpecial(path)
        case .closed: return closed(path, rules)
        }
        return .refused(status: 404)
    }

    private func index(
        of path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, _ rules: FileRules,
        _ environ: borrowing ByteBuffer
    ) -> Destination {
        for name in rules.index.isEmpty ? Self.indexNames : rules.index {
            let file: OutgoingFile
            switch name.withUnsafeBufferPointer({ folder.index(of: path, $0, rules) }) {
            case .file(let found): file = found
            case .closed: return closed(folder.indexPath, rules)
            case .directory, .missing, .special: continue
            }
            guard path.last == ASCII.slash else {
                file.finish()
                return SiteFolder.redirect(path, mount: mount)
            }
            return folder.answer(file, at: folder.indexPath, rules, environ)
        }
        guard rules.isListing else { return .refused(status: 404) }
        return path.last == ASCII.slash
            ? folder.listing(path, rules) : SiteFolder.redirect(path, mount: mount)
    }

    private func closed(_ path: UnsafeBufferPointer<UInt8>, _ rules: FileRules) -> Destination {
        folder.noteRefusal(of: path, links: rules.links)
        return .refused(status: 403)
    }

    private static let indexNames = [Array("index.html".utf8)]
}
