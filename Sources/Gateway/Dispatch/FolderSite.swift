// A folder of files that a route serves as they are. What is not there is left to what the route names behind it.

import Octets
import Syscalls

/// The folder that `static:` names.
final class FolderSite: Site {
    private let folder: SiteFolder

    /// - Parameter path: The folder, absolute and without links.
    init(_ path: String) throws(SyscallError) { folder = try SiteFolder(path) }

    /// - Returns: A file, a redirect to a folder that has an index.html, or 404.
    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, into environ: inout ByteBuffer
    ) -> Destination {
        // A folder that is mounted is one like any other: without the slash its relative links would lead astray.
        if path.isEmpty, !mount.isEmpty { return index(of: path, mount: mount) }
        guard path.first == ASCII.slash, !SiteFolder.hasHiddenSegment(path) else {
            return .refused(status: 404)
        }
        switch folder.open(path) {
        case .file(let number, let status):
            let descriptor = OwnedDescriptor(adopting: number)
            guard path.last != ASCII.slash else { return .refused(status: 404) }
            let file = OutgoingFile(descriptor, count: status.size)
            return .file(file, type: MediaType.of(path), modified: status.modified)
        case .directory: return index(of: path, mount: mount)
        case .missing, .unreadable: return .refused(status: 404)
        }
    }

    private func index(
        of path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>
    ) -> Destination {
        var file = ByteBuffer(capacity: path.count + 12)
        file.append(path)
        if path.last != ASCII.slash { file.append(ASCII.slash) }
        file.append("index.html")
        guard case .file(let number, let status) = folder.open(file.bytes) else {
            return .refused(status: 404)
        }
        let descriptor = OwnedDescriptor(adopting: number)
        guard path.last == ASCII.slash else {
            return SiteFolder.redirect(path, mount: mount)
        }
        return .file(
            OutgoingFile(descriptor, count: status.size), type: MediaType.of(file.bytes),
            modified: status.modified)
    }
}
