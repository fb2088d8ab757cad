import CSyscalls
import Glibc

/// A counter that one process or thread raises to wake another (eventfd(2)).
///
/// Where several processes share one, whoever is to be woken watches it for changes (``Epoll/Events/edgeTriggered``) and no
/// call on it relies on flags: those of a file belong to all who share it.
public struct EventDescriptor: ~Copyable {
    /// To be watched for reading.
    public let descriptor: OwnedDescriptor

    /// A new counter, non-blocking and close-on-exec.
    public init() throws(SyscallError) {
        descriptor = OwnedDescriptor(adopting: try require("eventfd") { CSyscalls_eventfd() })
    }

    /// Wakes whoever watches `number`. A counter that is full has woken its reader already.
    public static func raise(_ number: CInt) {
        var one: UInt64 = 1
        _ = write(number, &one, 8)
    }

    /// Wakes whoever watches a counter that several processes share, whatever flags they have given it.
    public static func raise(shared number: CInt) { CSyscalls_ring(number) }

    /// Makes room in a counter that several processes share. It is watched for changes: that it stays as it is does no harm.
    public static func clear(shared number: CInt) { CSyscalls_take(number) }

    /// Takes the count back to zero. Not for one that other processes have as well.
    public static func clear(_ number: CInt) {
        var count: UInt64 = 0
        _ = read(number, &count, 8)
    }
}

extension EventDescriptor {
    /// Gives the counter up to the process, which keeps it until it ends.
    public consuming func intoNumber() -> CInt { descriptor.relinquish() }
}
