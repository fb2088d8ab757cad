// What sites that are folders have in common. Every look into the folder is an openat2(2) that cannot leave it, whatever
// the path and its links say.

import GatewayInterface
import Octets
import Syscalls

/// A folder that paths are looked up in.
final class SiteFolder {
    /// What was found under a path.
    enum Opened {
        /// For the caller to send, or to finish.
        case file(OutgoingFile)
        case directory, missing, unreadable
    }

    private let root: OwnedDescriptor
    private let rootPath: [UInt8]
    private let supply = FileSupply()
    private var candidate = ByteBuffer(capacity: 1024)
    private var indexFile = ByteBuffer(capacity: 256)

    /// - Parameter path: The folder, absolute and without links.
    init(_ path: String) throws(SyscallError) {
        root = try Files.openDirectory(path)
        rootPath = Array(path.utf8)
    }

    /// Opens what `path`, which begins with a slash, names. A pipe or a device is neither waited for nor read.
    ///
    /// - Parameter ending: What is put behind the path.
    func open(_ path: UnsafeBufferPointer<UInt8>, _ ending: StaticString = "") -> Opened {
        guard setCandidate(path, ending) else { return .missing }
        let number = candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.openBeneath(root.number, $0.baseAddress!)
        }
        guard number >= 0 else { return Files.isPermissionDenied(-number) ? .unreadable : .missing }
        let descriptor = OwnedDescriptor(adopting: number)
        guard let status = Files.status(of: number) else { return .missing }
        switch status.kind {
        case .regular: return .file(supply.take(descriptor, status))
        case .directory: return .directory
        case .device, .other: return .unreadable
        }
    }

    /// Whether `path` names a file that may be read.
    func hasFile(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard case .file(let file) = open(path) else { return false }
        file.finish()
        return true
    }

    /// The path of a file in the folder at `path`; valid until the next one is made.
    var indexPath: UnsafeBufferPointer<UInt8> { indexFile.bytes }

    func setIndexPath(_ path: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>) {
        indexFile.clear()
        indexFile.append(path)
        if path.last != ASCII.slash { indexFile.append(ASCII.slash) }
        indexFile.append(name)
    }

    /// The names in a folder that do not begin with a dot; `nil` where it cannot be read.
    func names(in path: [UInt8], limit: Int) -> (names: [[UInt8]], hasMore: Bool)? {
        guard path.withUnsafeBufferPointer({ setCandidate($0) }) else { return nil }
        return candidate.bytes.withMemoryRebound(to: CChar.self) {
            try? Files.visibleNames($0.baseAddress!, beneath: root.number, limit: limit)
        }
    }

    /// What is at a path, without opening it.
    func status(of path: [UInt8]) -> FileStatus? {
        guard path.withUnsafeBufferPointer({ setCandidate($0) }) else { return nil }
        return candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.status($0.baseAddress!, beneath: root.number)
        }
    }

    /// What `path` is to who wants to run it.
    func programStanding(_ path: UnsafeBufferPointer<UInt8>) -> ProgramStanding {
        guard setCandidate(path) else { return .missing }
        return candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.programStanding($0.baseAddress!, beneath: root.number)
        }
    }

    /// Makes a path relative, with a NUL at its end.
    private func setCandidate(_ path: UnsafeBufferPointer<UInt8>, _ ending: StaticString = "") -> Bool {
        candidate.clear()
        if path.count == 1 {
            candidate.append(UInt8(ascii: "."))
        } else {
            candidate.append(UnsafeBufferPointer(rebasing: path.dropFirst()))
        }
        // `//x` would be an absolute path after the first slash is gone.
        guard candidate.bytes.first != ASCII.slash else { return false }
        candidate.append(ending)
        candidate.append(0)
        return true
    }

    /// Appends the pairs of a script and of what follows it in the path (RFC 3875, §4.1.5, §4.1.6 and §4.1.13).
    ///
    /// - Parameters:
    ///   - split: Where the script's name ends and PATH_INFO begins.
    ///   - mount: What stands before the script's name in SCRIPT_NAME.
    func appendScript(
        _ path: UnsafeBufferPointer<UInt8>, split: Int, mount: UnsafeBufferPointer<UInt8>,
        to environ: inout ByteBuffer
    ) {
        let script = UnsafeBufferPointer(rebasing: path[..<split])
        let info = UnsafeBufferPointer(rebasing: path[split...])
        for name in ["SCRIPT_NAME", "DOCUMENT_URI"] as [StaticString] {
            environ.appendPair(name, mount, script)
        }
        environ.appendPair("PATH_INFO", info)
        rootPath.withUnsafeBufferPointer { root in
            environ.appendPair("DOCUMENT_ROOT", root)
            environ.appendPair("SCRIPT_FILENAME", root, script)
            if info.count > 0 { environ.appendPair("PATH_TRANSLATED", root, info) }
        }
    }

    /// `.git`, `.env`, `.user.ini`: never meant for the world, but `/.well-known/` is (RFC 8615).
    static func hasHiddenSegment(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        let wellKnown: StaticString = ".well-known/"
        for index in path.indices.dropLast()
        where path[index] == ASCII.slash && path[index + 1] == UInt8(ascii: ".") {
            let isWellKnown =
                index == 0
                && path.dropFirst().starts(
                    with: UnsafeBufferPointer(start: wellKnown.utf8Start, count: wellKnown.utf8CodeUnitCount))
            if !isWellKnown { return true }
        }
        return false
    }

    /// Sends the client to the same folder with a slash behind it: without one, the relative links of its page would lead one
    /// folder too high.
    ///
    /// - Parameter mount: What stands before the site's own part of the path.
    static func redirect(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>
    ) -> Destination {
        let parts = [mount, path].filter { !$0.isEmpty }.flatMap { escaped($0) }
        return .redirect(parts + [ASCII.slash])
    }

    /// A decoded path as it may stand in a Location field.
    ///
    /// - Parameter keepsStart: Whether it goes behind something else, and may begin with anything.
    static func escaped(_ path: UnsafeBufferPointer<UInt8>, keepsStart: Bool = false) -> [UInt8] {
        var escaped: [UInt8] = []
        // A path that begins with two slashes would name another host.
        let rest = keepsStart ? path[...] : path.drop { $0 == ASCII.slash }
        if !keepsStart { escaped.append(ASCII.slash) }
        for byte in rest {
            // `#` would begin a fragment, though a token may hold it.
            if byte == ASCII.slash || ASCII.isToken(byte) && !"%#".utf8.contains(byte) {
                escaped.append(byte)
            } else {
                escaped.append(percentEncoding: byte)
            }
        }
        return escaped
    }
}
