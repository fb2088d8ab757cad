import Synchronization
import Syscalls

/// Whose folders and files a log is not taken from, where root opens it: they could have put there what they like.
package struct LogTrust: Sendable {
    /// Users whose links are not followed on the way.
    package var distrusted: Set<UInt32> = []
    /// Whose file it has to be, where it has been made already and is not to be made now.
    package var owner: UInt32?

    package init(distrusted: Set<UInt32> = [], owner: UInt32? = nil) {
        self.distrusted = distrusted
        self.owner = owner
    }
}

/// Where a log goes, which a signal may ask to be opened anew.
package final class LogDescriptor: Sendable {
    private let path: String?
    private let trust: Mutex<LogTrust>
    package let output: LogOutput

    /// The standard descriptor that a destination names, where it names one. `/dev/stdout` is a link, and would not be
    /// opened as a file.
    package static func standardDescriptor(_ destination: String, dash: CInt) -> CInt? {
        switch destination {
        case "-": dash
        case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1": 1
        case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2": 2
        default: nil
        }
    }

    /// - Parameters:
    ///   - destination: A path, or the name of a standard descriptor.
    ///   - dash: What `-` stands for.
    ///   - edge: What processes that share the file know of its end.
    package init(_ destination: String, dash: CInt, trust: LogTrust = LogTrust(), edge: LogEdge? = nil)
        throws(SyscallError)
    {
        self.trust = Mutex(trust)
        if let standard = Self.standardDescriptor(destination, dash: dash) {
            path = nil
            output = LogOutput(standard, edge: edge)
        } else {
            path = destination
            output = LogOutput(try Self.open(destination, trust), edge: edge)
        }
    }

    /// One that could not be opened: what is written is lost, and counted, until ``reopen()`` succeeds.
    package init(unopened path: String, trust: LogTrust = LogTrust(), edge: LogEdge? = nil) {
        self.path = path
        self.trust = Mutex(trust)
        output = LogOutput(nil, edge: edge)
    }

    private static func open(_ path: String, _ trust: LogTrust) throws(SyscallError) -> OwnedDescriptor {
        guard let owner = trust.owner else { return try Files.openLog(path, distrusting: trust.distrusted) }
        return try Files.openLog(path, ownedBy: owner, distrusting: trust.distrusted)
    }

    /// Follows no link of these users either from here on.
    package func distrust(_ users: Set<UInt32>) { trust.withLock { $0.distrusted.formUnion(users) } }

    /// Opens the file by its path again. Where that fails the old file goes on being written.
    ///
    /// - Returns: Why it failed, for the log.
    package func reopen() -> String? {
        guard let path else { return nil }
        do {
            output.replace(with: try Self.open(path, trust.withLock { $0 }))
            return nil
        } catch {
            return "cannot reopen '\(path)': \(error.reason); writing to the old file"
        }
    }
}

extension LogOutput.Loss {
    /// `3 lines were lost because nobody read the error log`.
    package func text(of log: String) -> String {
        let count = "\(lines) line\(lines == 1 ? "" : "s")"
        guard let error else {
            return "\(count) \(lines == 1 ? "was" : "were") lost because nobody read \(log)"
        }
        return "\(count) of \(log) could not be written: \(error.reason)"
    }
}
