// What a request under another web server has to say goes into that server's log, with the request's own connection where there
// is one. Other threads' lines wait for the request's thread, which alone talks to the web server.

import FastCGIBridge
import GatewayInterface
import Logging
import Logs
import Octets
import Synchronization
import Syscalls
import Worker

/// The log of one request.
final class RequestLog: Sendable {
    private struct State: @unchecked Sendable {  // The port is used by its own thread, and under the lock.
        var port: (any RequestPort)?
        var waiting: [[UInt8]] = []
    }

    private let level: Logger.Level
    private let executor: ThreadExecutor
    private let state: Mutex<State>

    init(_ port: any RequestPort, level: Logger.Level, executor: ThreadExecutor) {
        self.level = level
        self.executor = executor
        let state = State(port: port)
        self.state = Mutex(state)
    }

    /// A logger for the application.
    var logger: Logger {
        var logger = Logger(label: "application", factory: { _ in Handler(log: self) })
        logger.logLevel = level
        return logger
    }

    /// Writes one line.
    func write(_ message: String) {
        var text = ByteBuffer(capacity: message.utf8.count + 1)
        text.append(legible: message)
        text.append(ASCII.lineFeed)
        let line = Array(text.bytes)
        let isOver = state.withLock { state in
            guard let port = state.port else { return true }
            if executor.isHere {
                line.withUnsafeBufferPointer { port.complain($0) }
            } else {
                state.waiting.append(line)
            }
            return false
        }
        if isOver { line.withUnsafeBufferPointer { StandardError.write($0) } }
    }

    /// Writes what other threads had to say.
    func drain() {
        state.withLock { state in
            for line in state.waiting { line.withUnsafeBufferPointer { state.port?.complain($0) } }
            state.waiting = []
        }
    }

    /// The request is over; what is said of it later goes to the standard error.
    func end() {
        drain()
        state.withLock { $0.port = nil }
    }

    private struct Handler: LogHandler {
        let log: RequestLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var line = "[\(event.level.rawValue)] \(event.message)"
            if let error = event.error { line += ": \(error)" }
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
            log.write(line)
        }
    }
}

/// What the process of a responder or a script does for its requests.
final class RequestRunnerServices: RequestServices {
    private let log: RequestLog
    private let threads: HandlerThreads
    let executor: (any TaskExecutor)?

    init(_ log: RequestLog, executor: ThreadExecutor, threads: HandlerThreads) {
        self.log = log
        self.threads = threads
        self.executor = executor
    }

    var logger: Logger { log.logger }
    /// Nobody develops a program behind a web server that somebody else runs.
    var showsErrors: Bool { false }

    func offload(_ job: @escaping @Sendable () -> Void) {
        do throws(SyscallError) {
            try threads.run(job)
        } catch {
            // Late is better than never.
            log.write("cannot start a thread: \(error); the request's own does the work")
            job()
        }
    }
}
