// How a worker serves: the gateway's own classes are policies over one engine; a program may bring a server of its own.

/// A way to serve that a program registers under a name for `--worker-class`.
public struct WorkerClass: Sendable {
    /// Its name on the command line.
    public let name: String
    package let run: @Sendable (WorkerHost) async throws -> Void

    /// - Parameters:
    ///   - name: For `--worker-class`; not `sync`, `thread` or `async`.
    ///   - run: Serves until ``WorkerHost/stopRequested()`` returns, and then finishes what it has begun. It runs as a
    ///     task in the worker, never on the main actor: the main thread waits for signals. When it returns, the worker
    ///     exits with code 0; when it throws, with 1, or with 3 where that was before ``WorkerHost/ready()``.
    public init(_ name: String, run: @escaping @Sendable (WorkerHost) async throws -> Void) {
        precondition(
            BuiltinClass(rawValue: name) == nil, "'\(name)' is a worker class of the gateway's own")
        self.name = name
        self.run = run
    }
}
