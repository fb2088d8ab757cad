import GatewayInterface
import Logging
import Synchronization

/// A line that an application, or the test client itself, has written into the log.
public struct TestLogLine: Sendable, CustomStringConvertible {
    /// How grave it is.
    public let level: Logger.Level
    /// Its text.
    public let message: String
    /// What else it says, such as `request`, the id of the request.
    public let metadata: [String: String]

    /// `error: the application failed`.
    public var description: String { "\(level): \(message)" }
}

/// Keeps lines.
final class TestLog: Sendable {
    private let kept = Mutex<[TestLogLine]>([])

    var lines: [TestLogLine] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "application") { _ in TestLogHandler(log: self) } }

    fileprivate func append(_ line: TestLogLine) { kept.withLock { $0.append(line) } }
}

private struct TestLogHandler: LogHandler {
    let log: TestLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        log.append(
            TestLogLine(
                level: event.level, message: event.message.description,
                metadata: all.mapValues(\.description)))
    }
}

/// What the client does for the handlers that it calls.
final class TestServices: RequestServices {
    let logger: Logger
    let executor: (any TaskExecutor)?
    let showsErrors: Bool

    init(_ logger: Logger, _ loop: TestLoop, showsErrors: Bool) {
        self.logger = logger
        executor = loop
        self.showsErrors = showsErrors
    }

    func offload(_ job: @escaping @Sendable () -> Void) { TestThreads.run(job) }
}
