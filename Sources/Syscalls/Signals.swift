import CSyscalls
import Glibc

/// The signals of the process model.
public enum Signal: CInt, CaseIterable, Sendable {
    case hup = 1  // SIGHUP
    case int = 2  // SIGINT
    case quit = 3  // SIGQUIT
    case abrt = 6  // SIGABRT
    case kill = 9  // SIGKILL
    case usr1 = 10  // SIGUSR1
    case usr2 = 12  // SIGUSR2
    case term = 15  // SIGTERM
    case chld = 17  // SIGCHLD
    case cont = 18  // SIGCONT
    case ttin = 21  // SIGTTIN
    case ttou = 22  // SIGTTOU
    case winch = 28  // SIGWINCH
}

/// Signals read from a descriptor instead of interrupting whatever runs (signalfd(2)).
public struct SignalDescriptor: ~Copyable {
    /// To be watched for reading.
    public let descriptor: OwnedDescriptor

    /// Blocks `signals` and reads them from here on.
    public init(_ signals: [Signal]) throws(SyscallError) {
        var bits: UInt64 = 0
        for signal in signals { bits |= 1 << UInt64(signal.rawValue - 1) }
        descriptor = OwnedDescriptor(adopting: try require("signalfd") { CSyscalls_signalfd(bits) })
    }

    /// Lets signals that end a process end this one while `body` runs, though they are read from a descriptor otherwise.
    public static func interruptible<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        CSyscalls_block_interrupts(false)
        defer { CSyscalls_block_interrupts(true) }
        return try body()
    }

    /// The next signal; `nil` when none waits.
    public func next() -> Signal? { Signal(rawValue: CSyscalls_signalfd_read(descriptor.number)) }
}
