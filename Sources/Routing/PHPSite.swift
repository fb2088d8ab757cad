// A folder of PHP scripts and files, and what a path means in it:
//
//   1. the first segment that ends in `.php` and is a regular file is the script; the rest is PATH_INFO
//   2. a folder has its index.php, or its index.html, or what `index` says
//   3. any other regular file is served as it is, unless its name or a folder's begins with a dot, or it looks
//      like a script or a copy of one
//   4. what is there and may not be given away is 403; what is behind a link, as the rule for links says
//   5. everything else goes to the front controller, /index.php, where there is one
//
// The split is made on octets in lower case only: PHP once ran what `.php` in other alphabets or a newline hid (CVE-2019-11043).

import GatewayInterface
import Octets
import Syscalls

/// The site that `php:DIR` serves.
final class PHPSite: Site {
    private let folder: SiteFolder
    private let hasFrontController: Bool
    /// What stands before the site's own part of the path that is being resolved.
    private var mount = ByteBuffer(capacity: 64)

    /// - Parameters:
    ///   - path: The folder, absolute and without links.
    ///   - told: What the interpreter calls it; `nil` where it is the same.
    ///   - links: By which the front controller is looked for.
    ///   - refusals: Where is said what is not given away.
    init(
        _ path: String, told: String? = nil, links: FollowedLinks = .owner, refusals: RefusalLog? = nil
    ) throws(SyscallError) {
        folder = try SiteFolder(path, refusals: refusals)
        if let told { folder.tell(told) }
        switch folder.open(Self.frontScript, links: links) {
        case .file(let file):
            file.finish()
            hasFrontController = true
        case .closed:
            folder.noteRefusal(of: Self.frontScript, links: links)
            hasFrontController = false
        case .directory, .missing, .special: hasFrontController = false
        }
    }

    private static var frontScript: UnsafeBufferPointer<UInt8> {
        let script: StaticString = "/index.php"
        return UnsafeBufferPointer(start: script.utf8Start, count: script.utf8CodeUnitCount)
    }

    func resolve(
        _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>, rules: FileRules,
        into environ: inout ByteBuffer
    ) -> Destination {
        self.mount.clear()
        self.mount.append(mount)
        // A folder that is mounted is one like any other: without the slash its relative links would lead astray.
        if path.isEmpty, !mount.isEmpty { return SiteFolder.redirect(path, mount: mount) }
        guard path.first == ASCII.slash else { return .refused(status: 404) }
        var end = 0
        while let next = endOfScriptName(in: path, from: end) {
            let script = UnsafeBufferPointer(rebasing: path[..<next])
            if SiteFolder.hasHiddenSegment(script) { break }
            switch folder.open(script, links: rules.links) {
            case .file(let file):
                file.finish()
                folder.appendScript(path, split: next, mount: mount, to: &environ)
                return .application
            case .closed: return closed(script, rules)
            case .directory, .missing, .special: end = next
            }
        }
        if let hidden = SiteFolder.endOfHiddenSegment(path) {
            return resolveHidden(UnsafeBufferPointer(rebasing: path[..<hidden]), rules, into: &environ)
        }
        switch folder.open(path, links: rules.links) {
        case .file(let file) where path.last != ASCII.slash && !isSource(path):
            return folder.answer(file, at: path, rules, environ)
        case .directory: return resolveFolder(path, rules, into: &environ)
        case .file(let file):
            file.finish()
            guard path.last != ASCII.slash else { break }
            folder.noteRefusal(of: path) { "it looks like a script, or a copy of one" }
            return .refused(status: 403)
        case .missing: break
        case .special: return folder.refuseSpecial(path)
        case .closed: return closed(path, rules)
        }
        return frontController(into: &environ)
    }

    /// A name with a dot before it that is there stays hidden, with all that is below it. One that is not may be the
    /// title of a page.
    private func resolveHidden(
        _ path: UnsafeBufferPointer<UInt8>, _ rules: FileRules, into environ: inout ByteBuffer
    ) -> Destination {
        guard folder.hasAnything(path, links: rules.links) else { return frontController(into: &environ) }
        folder.noteRefusal(of: path) { "its name begins with a dot" }
        return .refused(status: 403)
    }

    private func closed(_ path: UnsafeBufferPointer<UInt8>, _ rules: FileRules) -> Destination {
        folder.noteRefusal(of: path, links: rules.links)
        return .refused(status: 403)
    }

    private func resolveFolder(
        _ path: UnsafeBufferPointer<UInt8>, _ rules: FileRules, into environ: inout ByteBuffer
    ) -> Destination {
        for name in rules.index.isEmpty ? Self.indexNames : rules.index {
            let file: OutgoingFile
            switch name.withUnsafeBufferPointer({ folder.index(of: path, $0, rules) }) {
            case .file(let found): file = found
            case .closed: return closed(folder.indexPath, rules)
            case .directory, .missing, .special: continue
            }
            // Without the slash the page's relative links would lead one folder too high.
            guard path.last == ASCII.slash else {
                file.finish()
                return SiteFolder.redirect(path, mount: mount.bytes)
            }
            let found = folder.indexPath
            if name.suffix(4).elementsEqual(".php".utf8) {
                file.finish()
                folder.appendScript(found, split: found.count, mount: mount.bytes, to: &environ)
                return .application
            }
            guard !isSource(found) else {
                file.finish()
                return .refused(status: 403)
            }
            return folder.answer(file, at: found, rules, environ)
        }
        guard rules.isListing, !hasFrontController else { return frontController(into: &environ) }
        guard path.last == ASCII.slash else { return SiteFolder.redirect(path, mount: mount.bytes) }
        return folder.listing(path, rules)
    }

    private static let indexNames = [Array("index.php".utf8), Array("index.html".utf8)]

    private func frontController(into environ: inout ByteBuffer) -> Destination {
        guard hasFrontController else { return .refused(status: 404) }
        let script = Self.frontScript
        folder.appendScript(script, split: script.count, mount: mount.bytes, to: &environ)
        return .application
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
}
