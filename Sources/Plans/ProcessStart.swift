// The start of a process, watched in the event loop. Between fork and exec it has the identity already that it is to have:
// whoever has the same one may stop it, a lease on the program's file may hold its execve(2) for as long as the system
// allows, and a file system may not answer. So nobody waits for it. It has a time, and what is not running its program when
// that is over is killed by its pid; the end is then reaped like any other.

import EventLoop
import Syscalls

/// A process between fork and exec.
package final class ProcessStart: Source {
    /// What came of a start. All but the first are followed by the end of the process.
    package enum Outcome: Equatable {
        /// It runs its program, or has ended without a word.
        case begun
        case failed(SpawnError)
        /// It stood still, and was killed.
        case late(seconds: UInt64)
    }

    /// How long a start may take, in milliseconds. Nothing waits for it but what is started.
    package static let patience: UInt64 = 10_000

    package let pid: ProcessID
    private var process: StartingProcess?
    private var isClosed = false
    private unowned let loop: EventLoop
    private let patience: UInt64
    private let ends: UInt64
    private let onEnd: (Outcome) -> Void
    /// Called with what the process says on its way.
    package var onWord: (StartWord) -> Void = { _ in }

    /// - Parameters:
    ///   - patience: How long it may take, in milliseconds.
    ///   - onEnd: Called once.
    package init(
        _ process: consuming StartingProcess, loop: EventLoop, patience: UInt64 = patience,
        onEnd: @escaping (Outcome) -> Void
    ) {
        let (pid, number) = (process.pid, process.report.number)
        self.pid = pid
        self.process = consume process
        self.loop = loop
        self.patience = patience
        self.onEnd = onEnd
        ends = loop.now + patience
        super.init(number: number)
        // Where the kernel has no memory to watch it, whoever has it looks ten times a second all the same.
        try? loop.add(self, .readable)
    }

    package override func ready(_ events: Epoll.Events) { look(loop.now) }

    /// Looks at the report, and at the clock. Called now and then, and when the process has been reaped: what it has said last
    /// is not lost then.
    package func look(_ now: UInt64) {
        var words: [StartWord] = []
        let progress = progress(&words)
        for word in words { onWord(word) }
        guard !isClosed else { return }
        switch progress {
        case nil: break
        case .begun: end(.begun)
        case .failed(let error): end(.failed(error))
        case .starting where ends <= now:
            ChildProcess.signalLeader(pid, .kill)
            end(.late(seconds: patience / 1000))
        case .starting: break
        }
    }

    /// Tells nobody any more: the process has been reaped, or does not matter.
    package func close() {
        if isWatched { loop.remove(self) }
        isClosed = true
        process = nil
    }

    private func progress(_ words: inout [StartWord]) -> StartingProcess.Progress? {
        switch process {
        case .some(let process): process.progress(&words)
        case .none: nil
        }
    }

    private func end(_ outcome: Outcome) {
        close()
        onEnd(outcome)
    }
}

extension ProcessStart.Outcome {
    /// Why the program does not run, in words; `nil` where it does.
    package func explanation(of program: Program) -> String? {
        explanation(path: program.path) { $0.explanation(of: program) }
    }

    /// - Parameter explain: Says what an error means.
    package func explanation(path: String, _ explain: (SpawnError) -> String) -> String? {
        switch self {
        case .begun: nil
        case .failed(let error): explain(error)
        case .late(let seconds):
            "'\(path)' did not begin to run within \(seconds) s, KILL is sent: \(SpawnError.lateReason)"
        }
    }
}
