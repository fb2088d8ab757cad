// The folders that an application may have files sent from, by X-Sendfile or X-Accel-Redirect. An application that
// passes a client's text on in such a field reaches what is in these folders and nothing else: each look is an openat2(2)
// that cannot leave its folder, whatever the path says, and links are followed as `--follow-links` has it. Runs in a worker, which opens the folders once.

import HTTP
import Octets
import Settings
import Syscalls

/// A file that an application has named, not opened yet.
package struct FilePlace {
    /// Its folder; `nil` where it lies in none that files may be sent from.
    fileprivate let folder: Folder?
    /// Its path from there, ended by a NUL.
    fileprivate let path: [UInt8]

    /// An open folder.
    fileprivate final class Folder {
        let descriptor: OwnedDescriptor
        /// What paths into it begin with, ended by a slash each: as it was named, and without links.
        let names: [[UInt8]]
        /// Which links in it are followed.
        let links: FollowedLinks

        init(_ path: String, names: [String], links: FollowedLinks) throws(SyscallError) {
            self.links = links
            descriptor = try Files.openDirectory(path)
            self.names = names.map { Array(($0.hasSuffix("/") ? $0 : $0 + "/").utf8) }
        }
    }

    package func open() -> OutgoingFile.Opened {
        guard let folder else { return .refused(status: 403, "is in no folder that files are sent from") }
        let number = path.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                Files.openBeneath(folder.descriptor.number, $0.baseAddress!, links: folder.links)
            }
        }
        guard number >= 0 else {
            if Files.isEscape(-number) { return .refused(status: 403, "leads out of its folder") }
            if Files.isRefusedLink(-number) {
                return .refused(status: 403, "is behind a link that is not followed (--follow-links)")
            }
            return OutgoingFile.refused(-number)
        }
        return OutgoingFile.check(OwnedDescriptor(adopting: number))
    }

    /// Its media type, by its name.
    package func type(in types: MediaTypes) -> MediaTypes.Place {
        path.withUnsafeBufferPointer { types.type(of: UnsafeBufferPointer(rebasing: $0.dropLast())) }
    }

    /// For messages.
    package var description: String { String(decoding: path.dropLast().prefix(200), as: UTF8.self) }
}

/// What the value of such a field means.
package enum FileOrder {
    /// The setting is off.
    case off
    case place(FilePlace)
    /// A path of the site that no folder belongs to.
    case elsewhere
}

/// The folders of one worker.
package final class FileRoots {
    private let sendfile: [FilePlace.Folder]
    private let accel: [FilePlace.Folder]
    private var decoded = ByteBuffer()
    /// Whether the log says already that X-Sendfile and X-Accel-Redirect are not obeyed.
    package var hasWarned = (sendfile: false, accel: false)

    package init(_ settings: Settings) throws(ConfigurationError) {
        sendfile = try settings.sendfileRoots.map { path throws(ConfigurationError) in
            try Self.open(
                path, "--x-sendfile-root", names: [path, Files.absolutePath(path) ?? path],
                links: settings.files.links)
        }
        // Of two prefixes that fit the longer one counts.
        let roots = settings.accelRoots.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        accel = try roots.map { root throws(ConfigurationError) in
            try Self.open(root.folder, "--x-accel-root", names: [root.prefix], links: settings.files.links)
        }
    }

    private static func open(
        _ path: String, _ option: String, names: [String], links: FollowedLinks
    ) throws(ConfigurationError) -> FilePlace.Folder {
        do throws(SyscallError) {
            return try FilePlace.Folder(path, names: names, links: links)
        } catch {
            throw .environment(
                "cannot open the folder '\(path)' (\(option)): \(error.reason): may a worker enter it?")
        }
    }

    /// What `X-Sendfile: path` means. The path is taken as it is.
    package func sendfile(_ path: UnsafeBufferPointer<UInt8>) -> FileOrder {
        guard let first = sendfile.first else { return .off }
        guard path.first == ASCII.slash else { return .place(Self.place(first, path)) }
        for folder in sendfile {
            if let place = Self.place(folder, ifWithin: path) { return .place(place) }
        }
        return .place(FilePlace(folder: nil, path: Array(path) + [0]))
    }

    /// What `X-Accel-Redirect: path` means. The path is decoded once and normalized as a client's would be.
    ///
    /// - Throws: What is no path.
    package func accelRedirect(_ target: UnsafeBufferPointer<UInt8>) throws(RequestError) -> FileOrder {
        guard !accel.isEmpty else { return .off }
        guard target.first == ASCII.slash else { throw .malformedPath }
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        decoded.clear()
        try PathNormalizer.normalize(UnsafeBufferPointer(rebasing: target[..<end]), into: &decoded)
        for folder in accel {
            if let place = Self.place(folder, ifWithin: decoded.bytes) { return .place(place) }
        }
        return .elsewhere
    }

    private static func place(
        _ folder: FilePlace.Folder, ifWithin path: UnsafeBufferPointer<UInt8>
    ) -> FilePlace? {
        guard let name = folder.names.first(where: { path.starts(with: $0) }) else { return nil }
        // More slashes would make an absolute path of the rest.
        let rest = path.dropFirst(name.count).drop { $0 == ASCII.slash }
        return place(folder, UnsafeBufferPointer(rebasing: rest))
    }

    private static func place(
        _ folder: FilePlace.Folder, _ path: UnsafeBufferPointer<UInt8>
    ) -> FilePlace {
        // An empty path would name the folder, and openat2 calls that nothing at all.
        FilePlace(folder: folder, path: path.isEmpty ? [UInt8(ascii: "."), 0] : Array(path) + [0])
    }
}
