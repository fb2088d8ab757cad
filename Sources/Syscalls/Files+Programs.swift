import CSyscalls
import Glibc

/// What a path is to somebody who wants to run it.
public enum ProgramStanding: Equatable, Sendable {
    /// A file that this process may run.
    case executable
    /// A file that it may not run.
    case notExecutable
    case directory
    /// Neither: a device, a pipe, a socket.
    case other
    case missing
    /// The way to it is closed to this process.
    case closed
    /// A link on the way is not followed.
    case behindLink
}

extension Files {
    /// What a path is to somebody who wants to run it. Links are followed.
    public static func programStanding(_ path: [UInt8]) -> ProgramStanding {
        withCString(path) { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return standing(errno) }
            return standing(FileStatus(status), isExecutable: { access(path, X_OK) == 0 })
        }
    }

    /// The same below a folder, which no `..` and no absolute path leads out of, by a rule for links.
    ///
    /// - Parameter path: Relative; NUL ends it.
    public static func programStanding(
        _ path: UnsafePointer<CChar>, beneath directory: CInt, links: FollowedLinks
    ) -> ProgramStanding {
        // Found, not opened: the right to run a program does not include that to read it.
        let number = findBeneath(directory, path, links: links)
        guard number >= 0 else { return isRefusedLink(-number) ? .behindLink : standing(-number) }
        let file = OwnedDescriptor(adopting: number)
        guard let status = status(of: file.number) else { return .missing }
        return standing(status, isExecutable: { access("/proc/self/fd/\(file.number)", X_OK) == 0 })
    }

    /// The same below a folder.
    public static func programStanding(
        _ path: [UInt8], beneath directory: CInt, links: FollowedLinks
    ) -> ProgramStanding {
        withCString(path) { programStanding($0, beneath: directory, links: links) }
    }

    private static func standing(_ code: CInt) -> ProgramStanding {
        isPermissionDenied(code) ? .closed : .missing
    }

    private static func standing(_ status: FileStatus, isExecutable: () -> Bool) -> ProgramStanding {
        switch status.kind {
        case .regular: isExecutable() ? .executable : .notExecutable
        case .directory: .directory
        case .device, .other: .other
        }
    }

    private static func withCString<Result>(
        _ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        (path + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }
}
