// A limit for the time to an answer. Whoever is too late is told so, and not waited for: the client is answered at once, also
// where a handler does not look whether it was cancelled.

import GatewayInterface
import Synchronization

/// Bounds the time that an application has to answer. Past it the client gets a status, and the handler's task is cancelled; what it
/// returns later is dropped.
///
///     application.with(timeout(seconds: 5))
///
/// The application becomes asynchronous. An inline handler runs on a thread (``Environ/offload(_:)``), so that the client is
/// answered in time while it blocks; nothing can end it, and it keeps its thread until it returns. It reads its body from
/// memory, and so does not go together with a route that has `stream-request-body`.
///
/// The time to the answer is bounded, and not the time that the body of a stream takes.
///
/// - Parameters:
///   - seconds: More than 0. The gateway's own `--timeout` answers 504 to everything that takes longer than that.
///   - status: What the client gets: 503, with `Retry-After` where it is that.
///   - message: For the client, as text.
public func timeout(
    seconds: Double, status: HTTPResponse.Status = .serviceUnavailable,
    message: String = "The application did not answer in time."
) -> Middleware {
    { application in
        let handler = application.awaited
        let deadlines = Deadlines(patience: .seconds(max(0.001, seconds)))
        return .asynchronous(streamsBody: application.streamsBody) { request in
            let executor = request.environ.services?.executor
            let answer = PendingAnswer()
            let call = Task(executorPreference: executor) {
                do { answer.settle(.success(try await handler(request))) } catch {
                    answer.settle(.failure(error))
                }
            }
            let deadline = deadlines.add(executor) {
                let fields: ResponseFields = status == .serviceUnavailable ? [.retryAfter: "1"] : []
                let late = HTTPError(status, message, fields: fields).answer
                guard answer.settle(.success(late)) else { return }
                request.logger.warning("no answer within \(seconds) s: \(status.code)")
                call.cancel()
            }
            defer { deadlines.remove(deadline) }
            return try await withTaskCancellationHandler {
                try await answer.value
            } onCancel: {
                call.cancel()
            }
        }
    }
}

/// What several try to be the first to answer. One waits for it.
private final class PendingAnswer: Sendable {
    private enum State {
        case open
        case awaited(UnsafeContinuation<Response, any Error>)
        case settled(Result<Response, any Error>)
        case taken
    }

    private let state = Mutex(State.open)

    /// - Returns: Whether this was the first.
    @discardableResult
    func settle(_ result: Result<Response, any Error>) -> Bool {
        state.withLock { state in
            switch state {
            case .open: state = .settled(result)
            case .awaited(let continuation):
                state = .taken
                continuation.resume(with: result)
            case .settled, .taken: return false
            }
            return true
        }
    }

    var value: Response {
        get async throws {
            try await withUnsafeThrowingContinuation { continuation in
                state.withLock { state in
                    guard case .settled(let result) = state else { return state = .awaited(continuation) }
                    state = .taken
                    continuation.resume(with: result)
                }
            }
        }
    }
}
