import Logging

/// What whoever serves an application does for its requests.
package protocol RequestServices: AnyObject, Sendable {
    /// Writes into the server's log.
    var logger: Logger { get }
    /// Where the tasks of requests run; `nil` for the threads of Swift's own pool.
    var executor: (any TaskExecutor)? { get }
    /// Whether pages show what went wrong to whoever asks: the program is being developed.
    var showsErrors: Bool { get }
    /// Runs a job on a thread that may wait.
    func offload(_ job: @escaping @Sendable () -> Void)
}

extension Environ {
    /// A logger that writes into the gateway's error log, or into that of the web server in front, with the request's id.
    public var logger: Logger {
        guard var logger = services?.logger else { return Logger(label: "application") }
        if let id = requestID { logger[metadataKey: "request"] = .string(id) }
        return logger
    }

    /// Whether error pages may show what went wrong: the gateway watches for changed files (`--reload`).
    public var showsErrors: Bool { services?.showsErrors ?? false }

    /// Does work that blocks on a thread of its own, while the worker's event loop goes on: reading a file, a database library
    /// that knows no `await`, or computing for long. At most `--offload-threads` run at once, others wait their turn.
    ///
    /// - Parameter work: It is not cancelled: the caller waits for its end.
    /// - Throws: What `work` throws.
    public func offload<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            let job: @Sendable () -> Void = { continuation.resume(with: Result { try work() }) }
            if let services { services.offload(job) } else { Task.detached { job() } }
        }
    }
}
