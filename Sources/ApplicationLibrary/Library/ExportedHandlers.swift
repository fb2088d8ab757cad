// The handlers of a library, called with the gateway's requests. An error that says what is to be answered is
// answered here: its type does not cross the boundary.

import CGatewayApplication
import GatewayInterface

/// A handler that blocks.
final class InlineHandler: Sendable {
    private let handler: @Sendable (Request) throws -> Response

    init(_ handler: @escaping @Sendable (Request) throws -> Response) { self.handler = handler }

    func answer(_ request: gateway_request, _ completion: Completion) {
        let request = Request(request, HostRequest(request, nil))
        completion.call(
            Result {
                do { return Parcel(response: try handler(request)) } catch {
                    return try Parcel(answering: error, to: request)
                }
            })
    }
}

/// A handler that awaits.
final class AsynchronousHandler: Sendable {
    private let handler: @Sendable (Request) async throws -> Response

    init(_ handler: @escaping @Sendable (Request) async throws -> Response) { self.handler = handler }

    /// - Returns: The handle of what runs.
    func start(_ request: gateway_request, _ thread: Pointer?, _ completion: Completion) -> Pointer {
        let thread = HostThread(Host(request.host), thread)
        let request = Request(request, HostRequest(request, thread))
        return Running.begin(on: thread, completion) { [handler] in
            do { return Parcel(response: try await handler(request)) } catch {
                return try Parcel(answering: error, to: request)
            }
        }
    }
}

extension Parcel {
    /// The answer that an error brings along.
    ///
    /// - Throws: The error, where it brings none or is known to the gateway.
    fileprivate init(answering error: any Error, to request: Request) throws {
        guard let answering = error as? any AnsweringError, !(error is RequestBodyError) else { throw error }
        let answer = answering.answer
        // As the gateway does with its own.
        if answer.status.code >= 500 { request.environ.logger.error("the application failed: \(error)") }
        self.init(response: answer)
    }
}
