import Synchronization
import Syscalls

/// The descriptor of a log, which a signal may ask to be opened anew.
final class LogDescriptor: Sendable {
    private final class Open: Sendable {
        let descriptor: OwnedDescriptor

        init(path: String, owner: UInt32?) throws(SyscallError) {
            if let owner {
                descriptor = try Files.openLog(path, ownedBy: owner)
            } else {
                descriptor = try Files.openLog(path)
            }
        }
    }

    private let path: String?
    private let owner: UInt32?
    private let standard: CInt
    private let current: Mutex<Open?>

    /// The standard descriptor that a destination names, where it names one. `/dev/stdout` is a link, and would not be
    /// opened as a file.
    static func standardDescriptor(_ destination: String, dash: CInt) -> CInt? {
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
    ///   - owner: Whose file it has to be, where somebody else could have put another one there.
    init(_ destination: String, dash: CInt, owner: UInt32? = nil) throws(SyscallError) {
        let standard = Self.standardDescriptor(destination, dash: dash)
        path = standard == nil ? destination : nil
        self.standard = standard ?? dash
        self.owner = owner
        current = Mutex(try path.map { path throws(SyscallError) in try Open(path: path, owner: owner) })
    }

    /// A full disk loses lines; the service goes on.
    ///
    /// - Returns: How many bytes were written, and what kept the rest from it.
    @discardableResult
    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> (count: Int, error: SyscallError?) {
        current.withLock { open in
            Descriptor.writeMost(open?.descriptor.number ?? standard, bytes)
        }
    }

    /// Opens the file by its path again. Where that fails the old file goes on being written.
    ///
    /// - Returns: Why it failed, for the log.
    func reopen() -> String? {
        guard let path else { return nil }
        do {
            let fresh = try Open(path: path, owner: owner)
            current.withLock { $0 = fresh }
            return nil
        } catch {
            return "cannot reopen '\(path)': \(error.reason); writing to the old file"
        }
    }
}
