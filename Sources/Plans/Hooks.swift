// Places where a program can have something done, by Gunicorn's names in Swift style.

import GatewayInterface

/// The master as a hook sees it.
public struct MasterInfo: Sendable {
    /// Its pid.
    public let pid: Int32
    /// Workers that there should be.
    public let workers: Int
    /// The generation that serves, counted from 1 and increased by each reload; 0 before the first.
    public let generation: Int

    package init(pid: Int32, workers: Int, generation: Int) {
        self.pid = pid
        self.workers = workers
        self.generation = generation
    }
}

/// A worker as a hook sees it.
public struct WorkerInfo: Sendable {
    /// Its index, which its successor may take over.
    public let slot: Int
    /// The order of spawning.
    public let age: Int
    /// Its pid; 0 before it is forked.
    public let pid: Int32

    package init(slot: Int, age: Int, pid: Int32) {
        self.slot = slot
        self.age = age
        self.pid = pid
    }
}

/// What a program wants done at the turns of the gateway's life.
///
/// Hooks of the master run on its only thread: they must not start threads or tasks, since the master forks, and while
/// one runs nobody is supervised. Hooks of a worker run on its event loop, whatever its class: on the main thread.
public struct Hooks: Sendable {
    /// In the master, before it binds.
    public var onStarting: (@Sendable (MasterInfo) -> Void)?
    /// In the master, when the first workers serve.
    public var whenReady: (@Sendable (MasterInfo) -> Void)?
    /// In the master, when a reload begins.
    public var onReload: (@Sendable (MasterInfo) -> Void)?
    /// In the master, before it forks a worker.
    public var preFork: (@Sendable (MasterInfo, WorkerInfo) -> Void)?
    /// In a worker, first of all.
    public var postFork: (@Sendable (WorkerInfo) -> Void)?
    /// In a worker, when its application is built.
    public var postWorkerInit: (@Sendable (WorkerInfo) -> Void)?
    /// In a worker that was told to leave at once (INT or QUIT).
    public var workerInt: (@Sendable (WorkerInfo) -> Void)?
    /// In a worker that gets ABRT, before it ends with exit code 1. It runs as a signal handler, in the middle of whatever
    /// the worker was doing: it may call async-signal-safe functions only (signal-safety(7)).
    public var workerAbort: (@Sendable (WorkerInfo) -> Void)?
    /// In a worker, before a request goes to the application. Requests that are refused as malformed, and files of a
    /// site, do not go there.
    public var preRequest: (@Sendable (WorkerInfo, Environ) -> Void)?
    /// In a worker, after the response to such a request, with its status; 499 where the client left before it.
    public var postRequest: (@Sendable (WorkerInfo, Environ, Int) -> Void)?
    /// In a worker, last of all; not after ABRT, and not in one that is killed.
    public var workerExit: (@Sendable (WorkerInfo) -> Void)?
    /// In the master, when a worker has ended.
    public var childExit: (@Sendable (MasterInfo, WorkerInfo) -> Void)?
    /// In the master, when the number of workers was changed, with the numbers before and after.
    public var nworkersChanged: (@Sendable (MasterInfo, Int, Int) -> Void)?
    /// In the master, before it starts its successor (USR2).
    public var preExec: (@Sendable (MasterInfo) -> Void)?
    /// In the master, last of all.
    public var onExit: (@Sendable (MasterInfo) -> Void)?

    /// No hooks.
    public init() {}
}
