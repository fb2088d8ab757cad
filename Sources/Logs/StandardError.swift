// The standard error of a process that has no error log: a FastCGI responder or a CGI script of a Swift program, and a
// gateway that says at its end why it did not start. The web server or the terminal behind it may not read; then lines are
// dropped and counted, and nobody waits.

import Octets
import Syscalls

/// Lines for the standard error.
package enum StandardError {
    private static let output = LogOutput(2)

    /// Writes lines.
    package static func write(_ lines: UnsafeBufferPointer<UInt8>) {
        output.tellLoss { loss in Array("gateway: \(loss.text(of: "the standard error"))\n".utf8) }
        output.write(lines)
    }

    /// The process may end now.
    package static func finish() { output.finish() }
}
