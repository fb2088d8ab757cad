// What sites that are folders have in common. Every look into the folder is an openat2(2) that cannot leave it, whatever
// the path says; links are followed as the route's rule has it (Syscalls/Files+Links.swift).

import GatewayInterface
import Octets
import Syscalls

/// A folder that paths are looked up in.
package final class SiteFolder {
    /// What was found under a path.
    package enum Opened {
        /// For the caller to send, or to finish.
        case file(OutgoingFile)
        case directory, missing
        /// It is there, and a pipe, a socket or a device.
        case special
        /// It may not be read, or a link on the way is not followed: ``noteRefusal(of:_:)`` says why.
        case closed
    }

    private let root: OwnedDescriptor
    private let rootPath: [UInt8]
    private let refusals: RefusalLog?
    /// Why something was last ``Opened/closed``.
    private var lastCode: CInt = 0
    /// What the interpreter of its scripts calls the folder.
    private var toldPath: [UInt8]
    private let supply = FileSupply()
    private var candidate = ByteBuffer(capacity: 1024)
    private var indexFile = ByteBuffer(capacity: 256)

    /// - Parameters:
    ///   - path: The folder, absolute and without links.
    ///   - refusals: Where is said what is not given away.
    package init(_ path: String, refusals: RefusalLog?) throws(SyscallError) {
        root = try Files.openDirectory(path)
        rootPath = Array(path.utf8)
        self.refusals = refusals
        toldPath = Array(path.utf8)
    }

    /// Names scripts as somewhere else from now on: their interpreter sees the folder there.
    package func tell(_ path: String) { toldPath = path == "/" ? [] : Array(path.utf8) }

    /// Opens what `path`, which begins with a slash, names. A pipe or a device is neither waited for nor read.
    ///
    /// - Parameter ending: What is put behind the path.
    package func open(
        _ path: UnsafeBufferPointer<UInt8>, _ ending: StaticString = "", links: FollowedLinks
    ) -> Opened {
        setCandidate(path, ending)
        let number = candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.openBeneath(root.number, $0.baseAddress!, links: links)
        }
        guard number >= 0 else { return unopened(-number) }
        let descriptor = OwnedDescriptor(adopting: number)
        guard let status = Files.status(of: number) else { return .missing }
        switch status.kind {
        case .regular: return .file(supply.take(descriptor, status))
        case .directory: return .directory
        case .device, .other: return .special
        }
    }

    private func unopened(_ code: CInt) -> Opened {
        guard Files.isPermissionDenied(code) || Files.isRefusedLink(code) else { return .missing }
        lastCode = code
        return .closed
    }

    /// Whether there is anything at `path`, or may be: it may be closed to this process.
    func hasAnything(_ path: UnsafeBufferPointer<UInt8>, links: FollowedLinks) -> Bool {
        setCandidate(path)
        let number = candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.findBeneath(root.number, $0.baseAddress!, links: links)
        }
        guard number >= 0 else {
            if case .closed = unopened(-number) { return true }
            return false
        }
        _ = OwnedDescriptor(adopting: number)
        return true
    }

    // MARK: What is refused

    /// Tells the operator why `path`, which was ``Opened/closed``, is not given away.
    func noteRefusal(of path: UnsafeBufferPointer<UInt8>, links: FollowedLinks) {
        noteRefusal(of: path) {
            guard Files.isRefusedLink(lastCode) else { return "the workers' user may not read it" }
            setCandidate(path)
            return candidate.bytes.withMemoryRebound(to: CChar.self) {
                Files.linkRefusal($0.baseAddress!, beneath: root.number, links: links)
            }
        }
    }

    /// Tells the operator why `path` is not given away, unless that was said often enough.
    func noteRefusal(of path: UnsafeBufferPointer<UInt8>, _ reason: () -> String) {
        guard let refusals, refusals.allows() else { return }
        refusals.write(rootPath + path, reason())
    }

    /// What is there and is neither a file nor a folder is not found, as nginx has it, and the operator is told.
    func refuseSpecial(_ path: UnsafeBufferPointer<UInt8>) -> Destination {
        noteRefusal(of: path) { "it is a pipe, a socket or a device, and no file" }
        return .refused(status: 404)
    }

    // MARK: Paths

    /// The path of a file in the folder at `path`; valid until the next one is made.
    var indexPath: UnsafeBufferPointer<UInt8> { indexFile.bytes }

    func setIndexPath(_ path: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>) {
        indexFile.clear()
        indexFile.append(path)
        if path.last != ASCII.slash { indexFile.append(ASCII.slash) }
        indexFile.append(name)
    }

    /// The names in a folder that do not begin with a dot; `nil` where it cannot be read.
    package func names(
        in path: [UInt8], links: FollowedLinks, limit: Int
    ) -> (names: [[UInt8]], hasMore: Bool)? {
        path.withUnsafeBufferPointer { setCandidate($0) }
        return candidate.bytes.withMemoryRebound(to: CChar.self) {
            try? Files.visibleNames($0.baseAddress!, beneath: root.number, links: links, limit: limit)
        }
    }

    /// What is at a path, without opening it.
    package func status(of path: [UInt8], links: FollowedLinks) -> FileStatus? {
        path.withUnsafeBufferPointer { setCandidate($0) }
        return candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.status($0.baseAddress!, beneath: root.number, links: links)
        }
    }

    /// What `path` is to who wants to run it.
    package func programStanding(
        _ path: UnsafeBufferPointer<UInt8>, links: FollowedLinks
    ) -> ProgramStanding {
        setCandidate(path)
        let standing = candidate.bytes.withMemoryRebound(to: CChar.self) {
            Files.programStanding($0.baseAddress!, beneath: root.number, links: links)
        }
        lastCode = standing == .behindLink ? Files.refusedLink : Files.permissionDenied
        return standing
    }

    /// Makes a path relative, with a NUL at its end. Slashes in a row are one: behind the first, `//x` would be an absolute path.
    private func setCandidate(_ path: UnsafeBufferPointer<UInt8>, _ ending: StaticString = "") {
        candidate.clear()
        var start = 0
        while start < path.count, path[start] == ASCII.slash { start += 1 }
        if start == path.count {
            candidate.append(UInt8(ascii: "."))
        } else {
            candidate.append(UnsafeBufferPointer(rebasing: path[start...]))
        }
        candidate.append(ending)
        candidate.append(0)
    }

    /// Appends the pairs of a script and of what follows it in the path (RFC 3875, §4.1.5, §4.1.6 and §4.1.13). Slashes in a
    /// row are one in the script's name, as its file has it; what follows is the client's.
    ///
    /// - Parameters:
    ///   - split: Where the script's name ends and PATH_INFO begins.
    ///   - mount: What stands before the script's name in SCRIPT_NAME.
    func appendScript(
        _ path: UnsafeBufferPointer<UInt8>, split: Int, mount: UnsafeBufferPointer<UInt8>,
        to environ: inout ByteBuffer
    ) {
        var script = UnsafeBufferPointer(rebasing: path[..<split])
        if let merged = merged(script) { script = merged }
        let info = UnsafeBufferPointer(rebasing: path[split...])
        for name in ["SCRIPT_NAME", "DOCUMENT_URI"] as [StaticString] {
            environ.appendPair(name, mount, script)
        }
        environ.appendPair("PATH_INFO", info)
        toldPath.withUnsafeBufferPointer { root in
            if root.isEmpty {
                environ.appendPair("DOCUMENT_ROOT", "/")
            } else {
                environ.appendPair("DOCUMENT_ROOT", root)
            }
            environ.appendPair("SCRIPT_FILENAME", root, script)
            if info.count > 0 { environ.appendPair("PATH_TRANSLATED", root, info) }
        }
    }

    /// A path with single slashes, valid until the next one is made; `nil` where it has no others.
    private func merged(_ path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard
            (1..<max(path.count, 1)).contains(where: {
                path[$0] == ASCII.slash && path[$0 - 1] == ASCII.slash
            })
        else { return nil }
        candidate.clear()
        for byte in path where byte != ASCII.slash || candidate.bytes.last != ASCII.slash {
            candidate.append(byte)
        }
        return candidate.bytes
    }

    /// `.git`, `.env`, `.user.ini`: never meant for the world, but `/.well-known/` is (RFC 8615), with any slashes before it.
    static func hasHiddenSegment(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        endOfHiddenSegment(path) != nil
    }

    /// Where the first name ends that begins with a dot.
    static func endOfHiddenSegment(_ path: UnsafeBufferPointer<UInt8>) -> Int? {
        let wellKnown: StaticString = ".well-known/"
        for index in path.indices.dropLast()
        where path[index] == ASCII.slash && path[index + 1] == UInt8(ascii: ".") {
            let isWellKnown =
                path[..<index].allSatisfy { $0 == ASCII.slash }
                && path[(index + 1)...].starts(
                    with: UnsafeBufferPointer(start: wellKnown.utf8Start, count: wellKnown.utf8CodeUnitCount))
            if !isWellKnown { return path[(index + 1)...].firstIndex(of: ASCII.slash) ?? path.count }
        }
        return nil
    }

    /// Sends the client to the same folder with a slash behind it: without one, the relative links of its page would lead one
    /// folder too high.
    ///
    /// - Parameter mount: What stands before the site's own part of the path.
    package static func redirect(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>
    ) -> Destination {
        let parts = [mount, path].filter { !$0.isEmpty }.flatMap { escaped($0) }
        return .redirect(parts + [ASCII.slash])
    }

    /// A decoded path as it may stand in a Location field.
    ///
    /// - Parameter keepsStart: Whether it goes behind something else, and may begin with anything.
    package static func escaped(_ path: UnsafeBufferPointer<UInt8>, keepsStart: Bool = false) -> [UInt8] {
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
