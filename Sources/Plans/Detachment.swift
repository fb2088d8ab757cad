// The way into the background, for service managers that expect a command to return. Three processes: the one that was
// started waits for the second; the second has left the terminal and waits for word from the third; the third goes on
// as the gateway. It leads no session, so that no terminal it ever opens becomes its own.

import Syscalls

/// A gateway that has gone into the background, and whose starter still waits to hear whether it serves.
package final class Detachment {
    private var report: OwnedDescriptor?

    private init(_ report: consuming OwnedDescriptor) { self.report = .some(consume report) }

    /// Goes into the background, before any other thread exists. It returns there only. The process that was started
    /// ends with code 0 after ``succeeded(alsoSilencing:)``, and with the gateway's own code when that ends before.
    package static func begin() throws(SyscallError) -> Detachment {
        ChildProcess.keepResults()
        let second = try ChildProcess.fork(diesWithParent: false)
        if second != 0 { SystemProcess.exitImmediately(code(of: ChildProcess.result(of: second))) }
        do {
            try Terminal.leave()
            let pipe = try Pipe(readsWithoutBlocking: true)
            let third = try ChildProcess.fork(diesWithParent: false)
            if third == 0 { return Detachment(pipe.intoWriteEnd()) }
            let code = try awaitWord(pipe.intoReadEnd())
            SystemProcess.exitImmediately(code)
        } catch {
            // Nobody else says it: the gateway does not exist yet.
            Self.complain("cannot go into the background: \(error)\n")
            SystemProcess.exitImmediately(1)
        }
    }

    /// The gateway serves.
    ///
    /// - Parameter numbers: As for ``silence(_:)``.
    package func succeeded(alsoSilencing numbers: Set<CInt> = []) {
        Self.silence(numbers)
        EventDescriptor.raise(number)
        report = nil
    }

    /// Lets go of the terminal, in every process that has served: whoever waits for the end of its output would wait for
    /// the end of the gateway.
    ///
    /// - Parameter numbers: Descriptors that become /dev/null; of 0, 1 and 2 those that are terminals do anyway.
    static func silence(_ numbers: Set<CInt>) {
        for number in numbers.union([0, 1, 2]) where numbers.contains(number) || Terminal.isOne(number) {
            // Without /dev/null they stay what they are; the gateway serves all the same.
            try? Terminal.silence(number)
        }
    }

    private var number: CInt {
        switch report {
        case .some(let report): report.number
        case .none: -1
        }
    }

    /// - Returns: The code to end with.
    private static func awaitWord(_ report: consuming OwnedDescriptor) throws(SyscallError) -> Int32 {
        // Blocked only from here on, so that the gateway does not inherit it. A child that ended already is found by
        // the first look.
        let signals = try SignalDescriptor([.chld])
        let epoll = try Epoll()
        try epoll.add(signals.descriptor.number, .readable, token: 0)
        try epoll.add(report.number, .readable, token: 1)
        while true {
            // What the gateway has started may hold the pipe open after its end: that the pipe breaks proves nothing.
            let end = ChildProcess.reap()
            if hasWord(report.number) { return 0 }
            if let end { return code(of: end.status) }
            _ = try epoll.wait(milliseconds: -1)
            _ = signals.next()
        }
    }

    private static func hasWord(_ report: CInt) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { memory in
            guard case .bytes = Descriptor.read(report, into: memory) else { return false }
            return true
        }
    }

    /// The code of a process, or what a shell says of one that a signal killed.
    private static func code(of status: ExitStatus?) -> Int32 {
        switch status {
        case .exited(let code): Int32(code)
        case .signalled(let number): 128 + Int32(number)
        case nil: 1
        }
    }

    private static func complain(_ message: String) {
        var message = message
        message.withUTF8 { _ = Descriptor.writeAll(2, $0) }
    }
}
