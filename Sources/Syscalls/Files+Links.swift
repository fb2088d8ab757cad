// Symbolic links below a folder that strangers ask for. A path without a link on its way costs one openat2(2), which meets a
// link with ELOOP. Only then is the path walked name by name: each name is found without following it (O_PATH, O_NOFOLLOW),
// looked at by its descriptor, and a link's text joins the names that are left. Nothing is looked up twice, so whoever swaps
// a link meanwhile gains nothing: what is judged is what is opened.

import CSyscalls
import Glibc

/// Which symbolic links below a folder are followed.
public enum FollowedLinks: String, CaseIterable, Sendable {
    /// Those of root, and those whose owner also owns what they lead to.
    case owner
    /// All.
    case on
    /// None.
    case off
}

extension Files {
    /// Opens a file below `directory` for reading. No `..` and no absolute path leads out of the folder, and links only as
    /// `links` says.
    ///
    /// - Parameter path: Bytes of a relative path, ended by a NUL.
    /// - Returns: The descriptor's number, for the caller to adopt, or errno as a negative number: ELOOP for a link that is
    ///   not followed, EXDEV for a path that leads out.
    public static func openBeneath(
        _ directory: CInt, _ path: UnsafePointer<CChar>, links: FollowedLinks
    ) -> CInt {
        let number = CSyscalls_look_beneath(directory, path, true)
        return number >= 0 ? number : follow(directory, path, links, code: errno, opens: true)
    }

    /// The same for a descriptor that names the file without opening it (O_PATH).
    public static func findBeneath(
        _ directory: CInt, _ path: UnsafePointer<CChar>, links: FollowedLinks
    ) -> CInt {
        let number = CSyscalls_look_beneath(directory, path, false)
        return number >= 0 ? number : follow(directory, path, links, code: errno, opens: false)
    }

    private static func follow(
        _ directory: CInt, _ path: UnsafePointer<CChar>, _ links: FollowedLinks, code: CInt, opens: Bool
    ) -> CInt {
        guard code == ELOOP, links != .off else { return -code }
        guard let names = LinkWalk.names(path) else { return -EXDEV }
        if links == .on {
            let number = LinkWalk.withCString(Array(names.joined(separator: "/".utf8))) {
                CSyscalls_look_through(directory, $0, opens)
            }
            return number == -1 ? -errno : number
        }
        do throws(LinkWalk.Failure) {
            let place = try LinkWalk.find(names, below: directory)
            guard opens else { return place.relinquish() }
            let number = CSyscalls_reopen(place.number)
            return number == -1 ? -errno : number
        } catch {
            return -error.code
        }
    }

    /// Why a path is not followed to its end, for a person: looked at once more.
    public static func linkRefusal(
        _ path: UnsafePointer<CChar>, beneath directory: CInt, links: FollowedLinks
    ) -> String {
        if links == .off { return "a link is on the way, and none is followed (--follow-links off)" }
        guard let names = LinkWalk.names(path) else { return "it leads out of its folder" }
        do throws(LinkWalk.Failure) {
            _ = try LinkWalk.find(names, below: directory)
        } catch {
            if let link = error.link {
                return
                    "the link '\(String(decoding: link.name, as: UTF8.self))' belongs to user \(link.owner), and what it leads to to user \(link.targetOwner) (--follow-links owner)"
            }
        }
        return "its links lead in circles, or are too many"
    }
}

/// The way along a path with links.
private enum LinkWalk {
    /// As many as the kernel follows.
    private static let linkLimit = 40

    /// A link that is not followed.
    struct RefusedLink {
        let name: [UInt8]
        let owner: UInt32
        let targetOwner: UInt32
    }

    /// What ends the way.
    struct Failure: Error {
        let code: CInt
        var link: RefusedLink?
    }

    private enum Step {
        case name([UInt8])
        /// All names of a link's text are behind us: here is what it leads to.
        case end(name: [UInt8], owner: UInt32)
    }

    /// The names of a path that a client or an application has chosen. Its `..` are taken back before any link is looked at,
    /// as those of a URL are.
    ///
    /// - Returns: `nil` where it climbs out.
    static func names(_ path: UnsafePointer<CChar>) -> [[UInt8]]? {
        var names: [[UInt8]] = []
        let bytes = UnsafeRawBufferPointer(start: path, count: strlen(path))
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts where !part.isEmpty && !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8) {
                guard names.popLast() != nil else { return nil }
            } else {
                names.append(Array(part))
            }
        }
        return names + end(parts.last, isEmpty: names.isEmpty)
    }

    /// What ends in a slash or in dots has to be a folder: a dot at the end asks for that.
    private static func end(_ last: Slice<UnsafeRawBufferPointer>?, isEmpty: Bool) -> [[UInt8]] {
        guard let last, !isEmpty else { return [[UInt8(ascii: ".")]] }
        return last.allSatisfy { $0 == UInt8(ascii: ".") } && last.count <= 2 ? [[UInt8(ascii: ".")]] : []
    }

    /// Finds what names lead to, by links of root and of owners of their targets.
    static func find(_ names: [[UInt8]], below directory: CInt) throws(Failure) -> OwnedDescriptor {
        var steps = names.reversed().map(Step.name)
        var place = try open([UInt8(ascii: ".")], in: directory)
        var status = try look(place)
        var links = 0
        while let step = steps.popLast() {
            switch step {
            case .end(let name, let owner):
                guard status.st_uid == owner else {
                    throw Failure(
                        code: ELOOP,
                        link: RefusedLink(name: name, owner: owner, targetOwner: status.st_uid))
                }
            case .name(let name):
                let next = try open(name, in: place.number)
                let found = try look(next)
                guard found.st_mode & S_IFMT == S_IFLNK else {
                    place = next
                    status = found
                    continue
                }
                links += 1
                guard links <= linkLimit else { throw Failure(code: ELOOP) }
                let text = try target(of: next)
                if found.st_uid != 0 { steps.append(.end(name: name, owner: found.st_uid)) }
                if text.first == UInt8(ascii: "/") {
                    place = try open([UInt8(ascii: "/")], in: AT_FDCWD)
                    status = try look(place)
                }
                if text.last == UInt8(ascii: "/") { steps.append(.name([UInt8(ascii: ".")])) }
                steps += text.split(separator: UInt8(ascii: "/")).reversed().map { .name(Array($0)) }
            }
        }
        return place
    }

    private static func open(_ name: [UInt8], in folder: CInt) throws(Failure) -> OwnedDescriptor {
        let number = withCString(name) { CSyscalls_open_place(folder, $0) }
        guard number >= 0 else { throw Failure(code: errno) }
        return OwnedDescriptor(adopting: number)
    }

    private static func look(_ place: borrowing OwnedDescriptor) throws(Failure) -> stat {
        var status = stat()
        guard fstat(place.number, &status) == 0 else { throw Failure(code: errno) }
        return status
    }

    private static func target(of link: borrowing OwnedDescriptor) throws(Failure) -> [UInt8] {
        let number = link.number
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { bytes in
            readlinkat(number, "", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count > 0 else { throw Failure(code: count == 0 ? ENOENT : errno) }
        return Array(bytes[..<count])
    }

    static func withCString<Value>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
        (name + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }
}
