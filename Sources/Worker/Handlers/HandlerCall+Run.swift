// The life of a call that runs as a task, in order: the handler, then the body of its answer where that is made while it
// is sent. All of it but what the handler itself awaits elsewhere happens on the loop.

import EventLoop
import GatewayInterface

extension HandlerCall {
    /// Calls the handler, and sees its answer to the end.
    func run(_ request: Request, _ handler: @Sendable (Request) async throws -> Response) async {
        let outcome: Result<Response, any Error>
        do { outcome = .success(try await handler(request)) } catch { outcome = .failure(error) }
        switch backend.settled(outcome, description) {
        case .success(let response): await finish(response)
        case .failure: backend.finish(self, outcome)
        }
    }

    /// Answers, and makes the body where that is not there.
    func finish(_ response: Response) async {
        switch response.body {
        case .bytes, .file: backend.finish(self, .success(response))
        case .stream(let stream): await produce(stream, response)
        case .webSocket(let upgrade): await serve(upgrade, response)
        }
    }

    private func produce(_ stream: ResponseStream, _ response: Response) async {
        guard backend.begin(self, response, stream) else { return backend.finish(self, .success(response)) }
        do {
            // What HEAD leaves out is not made.
            if exchange?.isHead != true { try await stream.produce(ResponseWriter(self)) }
            backend.finish(self, stream: nil)
        } catch {
            backend.finish(self, stream: error)
        }
    }

    private func serve(_ upgrade: WebSocketUpgrade, _ response: Response) async {
        guard let session = backend.open(self, response, upgrade.options) else { return }
        do {
            try await upgrade.run(WebSocket(session))
            await session.close(code: 1000, reason: "")
        } catch {
            backend.note(self, failure: error)
            await session.close(code: 1011, reason: "")
        }
        backend.finish(webSocket: self)
    }
}

extension HandlerCall: ResponseSink {
    func write(_ bytes: [UInt8]) async throws {
        // Whoever writes may be a task of its own, or an actor with a thread of its own.
        guard backend.executor.isHere else {
            return try await withTaskExecutorPreference(self) { try await self.writeHere(bytes) }
        }
        try await writeHere(bytes)
    }

    private func writeHere(_ bytes: [UInt8]) async throws {
        if pending != nil { backend.sendHead(self) }
        guard let exchange, exchange.connection != nil else { throw ClientLeft() }
        // Others may have written meanwhile, each of them as much as fits.
        while exchange === self.exchange, exchange.isBackedUp {
            try Task.checkCancellation()
            await wait(\.roomWaiters)
        }
        guard exchange === self.exchange, exchange.connection != nil else { throw ClientLeft() }
        bytes.withUnsafeBufferPointer { exchange.sendPart($0) }
        await giveWay(afterSending: bytes.count)
        while exchange === self.exchange, exchange.isBackedUp {
            try Task.checkCancellation()
            await wait(\.roomWaiters)
        }
        guard exchange === self.exchange, exchange.connection != nil else { throw ClientLeft() }
    }
}

extension HandlerCall {
    /// Lets others have their turn where the application has used up its share of this one. A task whose client takes
    /// everything at once would never let go of the loop.
    func giveWay(afterSending count: Int) async {
        let turn = backend.loop.turns
        backend.share.take(bytes: count + TurnShare.send, in: turn)
        guard backend.share.isSpent(in: turn), let connection = exchange?.connection, !connection.isClosed
        else {
            return
        }
        connection.giveWay()
        await wait(\.roomWaiters)
    }
}
