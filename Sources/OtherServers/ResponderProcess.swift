// A program with an application of its own that was started by a web server, by spawn-fcgi or by a gateway: descriptor 0
// is a listening socket, and the program is a FastCGI responder on it instead of a server. There is one process, which
// whoever started it watches; it reads its signals on the main thread and serves on others.

import FastCGIBridge
import GatewayInterface
import Logs
import Plans
import Settings
import Syscalls

/// The process of a responder.
package enum ResponderProcess {
    private static let listener: CInt = 0

    /// Whether this process was started to be one.
    package static var isWanted: Bool { Socket.isListening(listener) }

    /// Serves until a signal ends it.
    ///
    /// - Returns: The exit code.
    package static func run(
        _ build: () throws -> Application, _ settings: Settings
    ) throws(ConfigurationError) -> Int32 {
        SystemProcess.ignoreBrokenPipes()
        StandardOutputs.own()
        defer { StandardError.finish() }
        let application = try ApplicationBuilder.build(build)
        do throws(SyscallError) {
            // Blocked from here on, in every thread that follows.
            let signals = try SignalDescriptor([.term, .usr1, .int, .quit])
            let epoll = try Epoll()
            try epoll.add(signals.descriptor.number, .readable, token: 0)
            let context = RequestRunnerContext(application, settings)
            let responder = Responder(listener: listener) { context.answer($0) }
            try responder.start(threads: settings.threads)
            var isStopping = false
            while !(isStopping && responder.isIdle) {
                _ = try epoll.wait(milliseconds: isStopping ? 10 : -1)
                while let signal = signals.next() {
                    // Whoever says it twice, or says INT, does not want to wait.
                    guard !isStopping, signal == .term || signal == .usr1 else { return 0 }
                    isStopping = true
                    responder.stop()
                }
            }
            return 0
        } catch {
            throw .environment("cannot serve FastCGI on descriptor 0: \(error)")
        }
    }
}
