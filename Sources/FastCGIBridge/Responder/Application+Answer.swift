import GatewayInterface
import Synchronization
import Syscalls

extension Application {
    /// Calls the application and waits for its answer, on a thread that has nothing else to do.
    func answer(to request: Request) -> Result<Response, any Error> {
        switch handler {
        case .inline(let handler): return Result { try handler(request) }
        case .asynchronous(let handler):
            let call = Call()
            Task.detached { await call.run { try await handler(request) } }
            return call.wait()
        }
    }
}

/// A handler that runs as a task.
private final class Call: Sendable {
    private let isDone = Semaphore()
    private let result = Mutex<Result<Response, any Error>?>(nil)

    func run(_ handler: @Sendable () async throws -> Response) async {
        let outcome: Result<Response, any Error>
        do { outcome = .success(try await handler()) } catch { outcome = .failure(error) }
        result.withLock { $0 = outcome }
        isDone.signal()
    }

    func wait() -> Result<Response, any Error> {
        isDone.wait()
        return result.withLock { $0! }
    }
}
