import Synchronization
import Syscalls

/// The descriptor of a log, which a signal may ask to be opened anew.
final class LogDescriptor: Sendable {
    private final class Open: Sendable {
        let descriptor: OwnedDescriptor

        init(path: String) throws(SyscallError) { descriptor = try Files.openLog(path) }
    }

    private let path: String?
    private let standard: CInt
    private let current: Mutex<Open?>

    /// - Parameters:
    ///   - path: The file; `nil` for a standard descriptor.
    ///   - standard: That descriptor's number.
    init(path: String?, standard: CInt) throws(SyscallError) {
        self.path = path
        self.standard = standard
        current = Mutex(try path.map { path throws(SyscallError) in try Open(path: path) })
    }

    /// A full disk loses lines; the service goes on.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        current.withLock { open in
            _ = Descriptor.writeAll(open?.descriptor.number ?? standard, bytes)
        }
    }

    /// Opens the file by its path again. Where that fails the old file goes on being written.
    func reopen() {
        guard let path, let fresh = try? Open(path: path) else { return }
        current.withLock { $0 = fresh }
    }
}
