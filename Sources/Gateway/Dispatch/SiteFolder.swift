// A folder that paths are looked up in. Every look is an openat2(2) that cannot leave it, whatever the path and its links
// say.

import Octets
import Syscalls

/// The folder of a site.
final class SiteFolder {
    private let root: OwnedDescriptor
    /// Its path, absolute.
    let path: [UInt8]
    private var candidate = ByteBuffer(capacity: 1024)

    /// - Parameter path: The folder, absolute and without links.
    init(_ path: String) throws(SyscallError) {
        root = try Files.openDirectory(path)
        self.path = Array(path.utf8)
    }

    /// What a path leads to.
    enum Opened {
        case file(CInt, FileStatus), directory, missing, unreadable
    }

    /// Opens what a decoded, normalized path leads to.
    func open(_ path: UnsafeBufferPointer<UInt8>) -> Opened {
        candidate.clear()
        candidate.append(UnsafeBufferPointer(rebasing: path.dropFirst(path.count > 1 ? 1 : 0)))
        if path.count == 1 {
            candidate.clear()
            candidate.append(UInt8(ascii: "."))
        }
        // `//x` would be an absolute path after the first slash is gone.
        guard candidate.bytes.first != ASCII.slash else { return .missing }
        candidate.append(0)
        let number = candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.openBeneath(root.number, $0.baseAddress!)
        }
        guard number >= 0 else { return Files.isPermissionDenied(-number) ? .unreadable : .missing }
        let descriptor = OwnedDescriptor(adopting: number)
        guard let status = Files.status(of: number) else { return .missing }
        switch status.kind {
        case .regular: return .file(descriptor.relinquish(), status)
        case .directory: return .directory
        case .device, .other: return .unreadable
        }
    }

    /// Whether a path leads to a regular file.
    func hasFile(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard case .file(let number, _) = open(path) else { return false }
        _ = OwnedDescriptor(adopting: number)
        return true
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
                let digits = Array("0123456789ABCDEF".utf8)
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return escaped
    }
}
