import Glibc

/// Threads of this process.
public enum Threads {
    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a thread that ends with the process, or when `body` returns. It blocks the signals that its creator does.
    ///
    /// - Throws: EAGAIN where the system allows no more threads.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(SyscallError) {
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SyscallError(call: "pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}

/// A counter on which threads wait until it is more than zero (sem_overview(7)).
public final class Semaphore: @unchecked Sendable {  // The kernel's object is made for many threads.
    private let semaphore: UnsafeMutablePointer<sem_t>

    /// A counter at zero.
    public init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Counts up, and lets one thread go on.
    public func signal() { sem_post(semaphore) }

    /// Waits until the counter is more than zero, and counts down.
    public func wait() { _ = uninterrupted { sem_wait(semaphore) } }
}
