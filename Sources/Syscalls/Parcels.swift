import CSyscalls
import Glibc

/// Small messages between two processes, each with a number and perhaps a descriptor (unix(7), SCM_RIGHTS). Nothing here ever
/// waits, whatever the flags of the descriptors are.
public enum Parcels {
    /// Both ends of a new line, close-on-exec; by number, for a fork.
    public static func pair() throws(SyscallError) -> (own: CInt, other: CInt) {
        var ends: [CInt] = [0, 0]
        try require("socketpair") { CSyscalls_message_pair(&ends) }
        return (ends[0], ends[1])
    }

    /// Sends a number, and a copy of a descriptor.
    ///
    /// - Returns: Whether that is over: false where the line is full.
    public static func send(_ number: CInt, _ descriptor: CInt?, on line: CInt) -> Bool {
        uninterrupted { CSyscalls_send_descriptor(line, number, descriptor ?? -1) } != -1
            || errno != EAGAIN && errno != ENOBUFS && errno != ETOOMANYREFS
    }

    /// What came.
    public enum Message: Equatable, Sendable {
        case number(CInt)
        /// A number whose descriptor was lost: this process has as many as it may have.
        case lost(CInt)
        /// The other end is closed, or the line is broken.
        case end
    }

    /// Takes the next message. A descriptor that comes with it takes the message's number as its own: what was open there is
    /// closed.
    ///
    /// - Parameter accepts: Whether a descriptor may take this number. One that may not is closed, and nothing else happens.
    /// - Returns: `nil` where none waits.
    public static func receive(on line: CInt, accepts: (CInt) -> Bool) -> Message? {
        var number: CInt = 0
        var descriptor: CInt = -1
        var isTruncated = false
        let count = CSyscalls_receive_descriptor(line, &number, &descriptor, &isTruncated)
        if count == -1 { return errno == EAGAIN || errno == EINTR ? nil : .end }
        guard count > 0 else { return .end }
        if descriptor >= 0 {
            let fresh = OwnedDescriptor(adopting: descriptor)
            if accepts(number) { replace(number, by: fresh) }
        } else if isTruncated {
            return .lost(number)
        }
        return .number(number)
    }

    /// Gives an open file the number of another one, which is closed.
    public static func replace(_ number: CInt, by descriptor: consuming OwnedDescriptor) {
        if number > 2 { _ = CSyscalls_replace(descriptor.number, number) }
    }
}
