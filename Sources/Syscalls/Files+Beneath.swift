// A folder's content, looked at from an open folder that no path leads out of.

import CSyscalls
import Glibc

extension Files {
    /// What a path below `directory` is; `nil` where there is nothing, or where it leads out. Links that stay within are
    /// followed. The file itself is not opened.
    ///
    /// - Parameter path: Relative; NUL ends it.
    public static func status(_ path: UnsafePointer<CChar>, beneath directory: CInt) -> FileStatus? {
        let number = CSyscalls_find_beneath(directory, path)
        guard number >= 0 else { return nil }
        let file = OwnedDescriptor(adopting: number)
        return status(of: file.number)
    }

    /// The same by a rule for links.
    public static func status(
        _ path: UnsafePointer<CChar>, beneath directory: CInt, links: FollowedLinks
    ) -> FileStatus? {
        let number = findBeneath(directory, path, links: links)
        guard number >= 0 else { return nil }
        let file = OwnedDescriptor(adopting: number)
        return status(of: file.number)
    }

    /// The names in a folder that do not begin with a dot, in no order.
    ///
    /// - Parameters:
    ///   - path: Below `directory`, relative; NUL ends it.
    ///   - limit: How many names at the most; of all that are there, four times as many are looked at.
    /// - Returns: The names, and whether there may be more.
    public static func visibleNames(
        _ path: UnsafePointer<CChar>, beneath directory: CInt, links: FollowedLinks, limit: Int
    ) throws(SyscallError) -> (names: [[UInt8]], hasMore: Bool) {
        let number = openBeneath(directory, path, links: links)
        guard number >= 0 else { throw SyscallError(call: "open", code: -number) }
        guard let stream = fdopendir(number) else {
            let code = errno
            Descriptor.closeInherited(number)
            throw SyscallError(call: "fdopendir", code: code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        var looked = 0
        while let entry = readdir(stream) {
            looked += 1
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else {
                if looked >= limit * 4 { return (names, true) }
                continue
            }
            guard names.count < limit, looked < limit * 4 else { return (names, true) }
            names.append(name)
        }
        return (names, false)
    }
}
