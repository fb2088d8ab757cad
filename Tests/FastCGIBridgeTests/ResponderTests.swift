import GatewayInterface
import Syscalls
import Testing

@testable import FastCGIBridge

@Suite("A responder's parts")
struct ResponderPartsTests {
    private struct Failure: Error {}

    /// Calls an application as a responder does, on a thread that may wait: those of the tests run the tasks.
    private func text(_ application: Application) async throws -> String {
        let request = Request(environ: Environ(constant: [], request: [1, 1, 0x41, 0x62]))
        let result = try await withCheckedThrowingContinuation { continuation in
            do {
                try Threads.start { continuation.resume(returning: application.answer(to: request)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        return String(decoding: try result.get().body.bytes ?? [], as: UTF8.self)
    }

    @Test("A handler is called with the request, whether it waits or not")
    func handlers() async throws {
        #expect(try await text(.inline { Response($0.environ["A"] ?? "") }) == "b")
        let asynchronous = Application.asynchronous { request in
            await Task.yield()
            return Response(request.environ["A"] ?? "")
        }
        #expect(try await text(asynchronous) == "b")
    }

    @Test("What a handler throws is its result")
    func failures() async {
        await #expect(throws: Failure.self) { try await text(.inline { _ in throw Failure() }) }
        await #expect(throws: Failure.self) { try await text(.asynchronous { _ in throw Failure() }) }
    }

    @Test("A body that is read when its request is over is not there any more")
    func tooLate() {
        let input = ResponderInput(nil, count: 3)
        #expect(throws: RequestBodyError.tooLate) { try input.read(upTo: 3) }
    }
}
