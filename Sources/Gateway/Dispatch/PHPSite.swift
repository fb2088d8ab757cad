// A folder of PHP scripts and files, and what a path means in it:
//
//   1. the first segment that ends in `.php` and is a regular file is the script; the rest is PATH_INFO
//   2. a folder has its index.php, or its index.html
//   3. any other regular file is served as it is, unless its name or a folder's begins with a dot, or it looks
//      like a script or a copy of one
//   4. everything else goes to the front controller, /index.php, where there is one
//
// Every look into the folder is an openat2(2) that cannot leave it, whatever the path and its links say. The split is
// made on octets in lower case only: PHP once ran what `.php` in other alphabets or a newline hid (CVE-2019-11043).

import GatewayInterface
import Octets
import Syscalls

/// The site that `php:DIR` serves.
final class PHPSite {
    private let root: OwnedDescriptor
    private let rootPath: [UInt8]
    private var candidate = ByteBuffer(capacity: 1024)
    private let hasFrontController: Bool

    /// - Parameter path: The folder, absolute and without links.
    init(_ path: String) throws(SyscallError) {
        root = try Files.openDirectory(path)
        rootPath = Array(path.utf8)
        let front = Files.openBeneath(root.number, "index.php")
        hasFrontController = front >= 0
        if front >= 0 { _ = OwnedDescriptor(adopting: front) }
    }

    /// Decides what `path`, decoded and normalized, means; for a script appends its pairs to `environ`.
    func resolve(_ path: UnsafeBufferPointer<UInt8>, into environ: inout ByteBuffer) -> Destination {
        guard path.first == ASCII.slash else { return .refused(status: 404) }
        var end = 0
        while let next = endOfScriptName(in: path, from: end) {
            if case .regular = kind(of: UnsafeBufferPointer(rebasing: path[..<next])) {
                appendScript(path, split: next, to: &environ)
                return .application
            }
            end = next
        }
        guard !hasHiddenSegment(path) else { return .refused(status: 403) }
        switch open(path) {
        case .file(let number, let status) where path.last != ASCII.slash:
            let file = OutgoingFile(OwnedDescriptor(adopting: number), count: status.size)
            guard !isSource(path) else { return .refused(status: 403) }
            return .file(file, type: MediaType.of(path), modified: status.modified)
        case .directory: return resolveFolder(path, into: &environ)
        case .file(let number, _): _ = OwnedDescriptor(adopting: number)
        case .missing: break
        case .unreadable: return .refused(status: 403)
        }
        return frontController(into: &environ)
    }

    private func resolveFolder(
        _ path: UnsafeBufferPointer<UInt8>, into environ: inout ByteBuffer
    ) -> Destination {
        for (index, isScript) in [("index.php", true), ("index.html", false)] as [(StaticString, Bool)] {
            var file = ByteBuffer(capacity: path.count + 12)
            file.append(path)
            if path.last != ASCII.slash { file.append(ASCII.slash) }
            file.append(index)
            guard case .file(let number, let status) = open(file.bytes) else { continue }
            let descriptor = OwnedDescriptor(adopting: number)
            // Without the slash the page's relative links would lead one folder too high.
            guard path.last == ASCII.slash else { return .redirect(Self.escaped(path) + [ASCII.slash]) }
            if isScript {
                appendScript(file.bytes, split: file.count, to: &environ)
                return .application
            }
            return .file(
                OutgoingFile(descriptor, count: status.size), type: MediaType.of(file.bytes),
                modified: status.modified)
        }
        return frontController(into: &environ)
    }

    private func frontController(into environ: inout ByteBuffer) -> Destination {
        guard hasFrontController else { return .refused(status: 404) }
        let script: StaticString = "/index.php"
        let bytes = UnsafeBufferPointer(start: script.utf8Start, count: script.utf8CodeUnitCount)
        appendScript(bytes, split: bytes.count, to: &environ)
        return .application
    }

    /// SCRIPT_NAME is `path` up to `split`, PATH_INFO the rest.
    private func appendScript(
        _ path: UnsafeBufferPointer<UInt8>, split: Int, to environ: inout ByteBuffer
    ) {
        let script = UnsafeBufferPointer(rebasing: path[..<split])
        let info = UnsafeBufferPointer(rebasing: path[split...])
        environ.appendPair("SCRIPT_NAME", script)
        environ.appendPair("DOCUMENT_URI", script)
        environ.appendPair("PATH_INFO", info)
        environ.appendPairLengths(name: 15, value: rootPath.count + script.count)
        environ.append("SCRIPT_FILENAME")
        rootPath.withUnsafeBufferPointer { environ.append($0) }
        environ.append(script)
        guard info.count > 0 else { return }
        environ.appendPairLengths(name: 15, value: rootPath.count + info.count)
        environ.append("PATH_TRANSLATED")
        rootPath.withUnsafeBufferPointer { environ.append($0) }
        environ.append(info)
    }

    /// The end of the next segment that ends in `.php`.
    private func endOfScriptName(in path: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var end = start + 1
        while end < path.count {
            while end < path.count, path[end] != ASCII.slash { end += 1 }
            if end >= 5, path[end - 4] == UInt8(ascii: "."), path[end - 3] == UInt8(ascii: "p"),
                path[end - 2] == UInt8(ascii: "h"), path[end - 1] == UInt8(ascii: "p"), end > start
            {
                return end
            }
            end += 1
        }
        return nil
    }

    /// `.git`, `.env`, `.user.ini`: never meant for the world, but `/.well-known/` is (RFC 8615).
    private func hasHiddenSegment(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
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

    /// A script by its name that is not run as one, or a copy of one: `index.PHP`, `conf.php.bak`, `x.phtml`. Its source is
    /// nobody's business.
    private func isSource(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = path.span
        let name = path.lastIndex(of: ASCII.slash).map { $0 + 1 } ?? 0
        for start in name..<path.count where path[start] == UInt8(ascii: ".") {
            for ending in [".php", ".phar", ".phtml"] as [StaticString] {
                let end = start + ending.utf8CodeUnitCount
                if end <= path.count, bytes.matches(ByteRange(start, end), lowercase: ending) { return true }
            }
        }
        return false
    }

    private enum Opened {
        case file(CInt, FileStatus), directory, missing, unreadable
    }

    private func open(_ path: UnsafeBufferPointer<UInt8>) -> Opened {
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

    private func kind(of path: UnsafeBufferPointer<UInt8>) -> FileStatus.Kind? {
        switch open(path) {
        case .file(let number, let status):
            _ = OwnedDescriptor(adopting: number)
            return status.kind
        case .directory: return .directory
        case .missing, .unreadable: return nil
        }
    }

    /// A decoded path as it may stand in a Location field.
    private static func escaped(_ path: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var escaped: [UInt8] = []
        // A path that begins with two slashes would name another host.
        let rest = path.drop { $0 == ASCII.slash }
        escaped.append(ASCII.slash)
        for byte in rest {
            if byte == ASCII.slash || ASCII.isToken(byte) && byte != UInt8(ascii: "%") {
                escaped.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return escaped
    }
}
