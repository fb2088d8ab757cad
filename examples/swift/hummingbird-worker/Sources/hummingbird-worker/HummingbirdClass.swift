// A worker class that serves a Hummingbird router from the sockets of the gateway's master. The master supervises such a
// worker like any other: it is replaced at a reload, drained by TERM, and killed when its event loops stand still.

import Gateway
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix

/// Serves what `makeRouter` makes, with `--threads` event loops in each worker.
func hummingbirdClass(_ makeRouter: @escaping @Sendable () -> Router<BasicRequestContext>) -> WorkerClass {
    WorkerClass("hummingbird") { host in
        // Not the singleton group of NIO: it would take a thread for each processor in each worker.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: host.threads)
        let quiescing = ServerQuiescingHelper(group: group)
        let http = makeHTTP(makeRouter().buildResponder(), host)
        for listener in host.listeners {
            _ = try await makeBootstrap(group, quiescing, http).withBoundSocket(listener.duplicate()).get()
        }
        beat(host, Array(group.makeIterator()))
        host.ready()

        await host.stopRequested()
        if host.isGraceful {
            // Closes the listeners, lets requests in progress end, and closes the connections after them.
            let done = group.next().makePromise(of: Void.self)
            quiescing.initiateShutdown(promise: done)
            try await done.futureResult.get()
        }
        try await group.shutdownGracefully()
    }
}

/// The HTTP of Hummingbird, with the router behind it.
private func makeHTTP(
    _ responder: some HTTPResponder<BasicRequestContext>, _ host: WorkerHost
) -> HTTP1Channel {
    let logger = Logger(label: "worker \(host.worker.slot)")
    return HTTP1Channel { request, writer, channel in
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: channel, logger: logger))
        let response: HummingbirdCore.Response
        do {
            response = try await responder.respond(to: request, context: context)
        } catch {
            host.log("a request failed: \(error)")
            response = HummingbirdCore.Response(status: .internalServerError)
        }
        host.countRequest()
        try await writer.write(response: response.head, body: response.body)
    }
}

private func makeBootstrap(
    _ group: MultiThreadedEventLoopGroup, _ quiescing: ServerQuiescingHelper, _ http: HTTP1Channel
) -> ServerBootstrap {
    let logger = Logger(label: "connection")
    return ServerBootstrap(group: group)
        .serverChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    quiescing.makeServerChannelHandler(channel: channel))
            }
        }
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            http.setup(channel: channel, logger: logger).map { connection in
                Task { await http.handle(value: connection, logger: logger) }
            }
        }
}

/// One heartbeat has gone through every event loop: where one of them stands still, the heart stops.
private func beat(_ host: WorkerHost, _ loops: [any EventLoop]) {
    pass(0)

    @Sendable func pass(_ index: Int) {
        if index < loops.count { return loops[index].execute { pass(index + 1) } }
        host.heartbeat()
        loops[0].scheduleTask(in: .milliseconds(Int64(host.timeout) * 250)) { pass(0) }
    }
}
