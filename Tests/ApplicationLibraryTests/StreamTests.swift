import GatewayInterface
import Synchronization
import Testing

@testable import ApplicationLibrary

/// The stream of a response.
func stream(of response: Response) throws -> ResponseStream {
    guard case .stream(let stream) = response.body else { throw NotOfThatKind() }
    return stream
}

@Suite("Streams of a library")
struct LibraryStreamTests {
    @Test("A stream says its length and whether it ends", arguments: [nil, 0, 12] as [Int?], [false, true])
    func head(_ length: Int?, _ isEndless: Bool) throws {
        let application = try crossed(
            .inline { _ in
                Response(body: .stream(ResponseStream(length: length, isEndless: isEndless) { _ in }))
            })
        let stream = try stream(of: ask(application, Request(environ: Environ([:]))))
        #expect(stream.length == length && stream.isEndless == isEndless)
    }

    @Test("A slow reader holds up whoever writes")
    func backPressure() async throws {
        let written = Mutex(0)
        let application = try crossed(
            .inline { _ in
                Response { writer in
                    for number in 1...4 {
                        try await writer.write("part \(number)")
                        written.withLock { $0 += 1 }
                    }
                }
            })
        let sink = SlowSink()
        let stream = try stream(of: ask(application, Request(environ: Environ([:]))))
        async let end: Void = stream.produce(ResponseWriter(sink))
        for number in 1...4 {
            await until { sink.parts.count == number }
            #expect(written.withLock { $0 } == number - 1)
            sink.take(1)
        }
        try await end
        #expect(sink.parts == (1...4).map { Array("part \($0)".utf8) })
    }

    @Test("A client that has left is told by its error, both ways")
    func clientLeft() async throws {
        let telling = Event()
        let application = try crossed(
            .asynchronous { _ in
                Response { writer in
                    do { try await writer.write("for nobody") } catch let error as ClientLeft {
                        telling.happen()
                        throw error
                    }
                }
            })
        let sink = SlowSink()
        sink.leave()
        let stream = try stream(of: await askLater(application, Request(environ: Environ([:]))))
        await #expect(throws: ClientLeft.self) { try await stream.produce(ResponseWriter(sink)) }
        #expect(telling.hasHappened)
    }

    @Test("What breaks a stream off comes as its text, also where it says what is to be answered")
    func failure() async throws {
        let application = try crossed(.inline { _ in Response { _ in throw HTTPError(.gone, "Too late.") } })
        let stream = try stream(of: ask(application, Request(environ: Environ([:]))))
        let error = await #expect(throws: ForeignError.self) {
            try await stream.produce(ResponseWriter(SlowSink()))
        }
        #expect(error?.description == "410 Too late.")
    }

    @Test("A cancelled stream ends, whatever it waits for")
    func cancellation() async throws {
        let application = try crossed(
            .inline { _ in Response { writer in while true { try await writer.write("again") } } })
        let sink = SlowSink()
        sink.take(3)
        let stream = try stream(of: ask(application, Request(environ: Environ([:]))))
        let task = Task { try await stream.produce(ResponseWriter(sink)) }
        await until { sink.parts.count == 4 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
