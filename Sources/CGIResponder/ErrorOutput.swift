// The responder's own standard error. Whoever reads it may stop to do so, and then nothing may wait for it: one loop runs
// all scripts. What does not fit waits, up to a limit, and is dropped beyond it; how many lines that were is said as soon as
// there is room.

import Logs
import Octets
import Syscalls

/// The standard error, written without ever waiting.
final class ErrorOutput {
    private let output = LogOutput(2)

    /// Writes what fits.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        tellLosses()
        output.write(bytes)
    }

    /// Writes what waits, and says how much was lost, if there is room for it by now.
    func tellLosses() {
        output.flush()
        output.tellLoss { Array(CGIResponder.line($0.text(of: "the standard error")).bytes) }
    }

    /// The process ends.
    func finish() { output.finish() }
}
