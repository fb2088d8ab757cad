import CSyscalls
import Glibc

/// A process, whoever has its number later on (pidfd_open(2)).
public final class ProcessReference {
    private let descriptor: OwnedDescriptor

    /// A process that exists. Where the system has no such references, it stands for none.
    public init(_ pid: pid_t) { descriptor = OwnedDescriptor(adopting: CSyscalls_pidfd(pid)) }

    /// Kills it, if it has not ended.
    public func kill() {
        if descriptor.number >= 0 { _ = CSyscalls_pidfd_kill(descriptor.number) }
    }
}
