// How a worker serves: the gateway's own classes are policies over one engine; a program may bring a server of its own.

/// A way to serve that a program registers under a name for `--worker-class`.
public struct WorkerClass: Sendable {
    /// Its name on the command line.
    public let name: String
    let run: @Sendable (WorkerHost) async throws -> Void

    /// - Parameters:
    ///   - name: For `--worker-class`; not `sync`, `thread` or `async`.
    ///   - run: Serves until it is told to stop; the worker exits when it returns, with an error when it throws.
    public init(_ name: String, run: @escaping @Sendable (WorkerHost) async throws -> Void) {
        self.name = name
        self.run = run
    }
}

/// What a worker class of a program is handed.
public final class WorkerHost: Sendable {
    /// A socket to accept from.
    public struct Listener: Sendable {
        /// The descriptor, bound and listening, not blocking. It stays the gateway's: duplicate it for a server that
        /// closes what it is given.
        public let descriptor: Int32
        /// Where it listens, as `HOST:PORT` or `unix:PATH`.
        public let address: String
    }

    /// The worker.
    public let worker: WorkerInfo
    /// The sockets.
    public let listeners: [Listener]

    init(worker: WorkerInfo, listeners: [Listener]) {
        self.worker = worker
        self.listeners = listeners
    }
}
