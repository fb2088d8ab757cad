// What is exported and imported again in the same process: an application that crosses the boundary twice.

import GatewayInterface
import Logging
import Synchronization
import Syscalls
import Testing

@testable import ApplicationLibrary

/// The application behind the boundary.
func crossed(_ application: Application) throws -> Application {
    try LibraryImport.application(from: export(application))
}

/// Asks an application that answers at once.
func ask(_ application: Application, _ request: Request) throws -> Response {
    guard case .inline(let handler) = application.handler else { throw NotOfThatKind() }
    return try handler(request)
}

/// Asks an application that answers later.
func askLater(_ application: Application, _ request: Request) async throws -> Response {
    guard case .asynchronous(let handler) = application.handler else { throw NotOfThatKind() }
    return try await handler(request)
}

struct NotOfThatKind: Error {}

/// Something of which a test wants to know when it is gone.
final class Token: Sendable {}

/// Something that happens once.
final class Event: Sendable {
    private let state = Mutex(false)

    var hasHappened: Bool { state.withLock { $0 } }

    func happen() { state.withLock { $0 = true } }
}

/// A thread that runs tasks, and knows itself.
final class OneThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let count = Semaphore()
    private let thread = Mutex<UInt>(0)

    init() throws {
        try Threads.start { [weak self, count] in
            self?.thread.withLock { $0 = SystemProcess.currentThread }
            while true {
                count.wait()
                guard let self, let job = self.next() else { return }
                job.runSynchronously(on: self.asUnownedTaskExecutor())
            }
        }
    }

    deinit { count.signal() }

    private func next() -> UnownedJob? { jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    /// Whether the caller is on it.
    var isHere: Bool { thread.withLock { $0 } == SystemProcess.currentThread }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        count.signal()
    }
}

/// Services that remember what was asked of them.
final class TestServices: RequestServices {
    let executor: (any TaskExecutor)?
    let showsErrors: Bool
    let lines = Mutex<[String]>([])
    private let offloaded = Mutex(0)
    private let level: Logger.Level

    init(executor: (any TaskExecutor)? = nil, showsErrors: Bool = false, level: Logger.Level = .trace) {
        self.executor = executor
        self.showsErrors = showsErrors
        self.level = level
    }

    /// Jobs that were off-loaded.
    var offloadCount: Int { offloaded.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in TestLog(services: self) })
        logger.logLevel = level
        return logger
    }

    func offload(_ job: @escaping @Sendable () -> Void) {
        offloaded.withLock { $0 += 1 }
        Task.detached { job() }
    }

    /// A request that these serve.
    func request(_ variables: KeyValuePairs<String, String> = [:], body: RequestBody = .empty) -> Request {
        let environ = Environ(variables)
        let block = environ.withBlocks { Array($1) }
        return Request(environ: Environ(constant: [], request: block, services: self), body: body)
    }
}

private struct TestLog: LogHandler {
    let services: TestServices
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(services: TestServices) { self.services = services }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        services.lines.withLock { $0.append("\(event.level) \(event.message) [\(fields)]") }
    }
}

/// A sink with room for as many parts as it is let.
final class SlowSink: ResponseSink {
    private struct State {
        var parts: [[UInt8]] = []
        var waiter: CheckedContinuation<Void, Never>?
        var room = 0
        var hasLeft = false
        var isCancelled = false

        mutating func mayGoOn() -> Bool {
            if hasLeft || isCancelled { return true }
            guard room > 0 else { return false }
            room -= 1
            return true
        }
    }

    private let state = Mutex(State())

    /// What was written.
    var parts: [[UInt8]] { state.withLock { $0.parts } }

    /// Lets so many parts more pass.
    func take(_ count: Int) { change { $0.room += count } }

    /// Is not there any more.
    func leave() { change { $0.hasLeft = true } }

    private func change(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            guard state.waiter != nil, state.mayGoOn() else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func write(_ bytes: [UInt8]) async throws {
        state.withLock { $0.parts.append(bytes) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard !state.mayGoOn() else { return true }
                    state.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            change { $0.isCancelled = true }
        }
        try Task.checkCancellation()
        if state.withLock({ $0.hasLeft }) { throw ClientLeft() }
    }
}

/// Waits until something is so, for half a minute at most.
func until(_ condition: () -> Bool, _ location: SourceLocation = #_sourceLocation) async {
    let deadline = Clock.monotonicMilliseconds() + 300_000
    while !condition() {
        guard Clock.monotonicMilliseconds() < deadline else {
            Issue.record("it did not come about", sourceLocation: location)
            return
        }
        await Task.yield()
    }
}
