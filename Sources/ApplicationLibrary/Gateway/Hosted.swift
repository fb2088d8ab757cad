// What the gateway gives to a library with a request: objects that the library holds by their handles.

import CGatewayApplication
import GatewayInterface
import Logging

/// A request in a library.
final class HostedRequest: Sendable {
    let body: RequestBody
    private let environ: Environ
    private let logger: Logger

    init(_ request: Request) {
        body = request.body
        environ = request.environ
        // Without the request's id: the library's logger brings it along.
        logger = environ.services?.logger ?? Logger(label: "application")
    }

    /// Where the tasks of the request run.
    var executor: (any TaskExecutor)? { environ.services?.executor }

    /// Lends the request to a call, which takes the handle in it.
    func lend<Result>(_ call: (UnsafePointer<gateway_request>) -> Result) -> Result {
        environ.withBlocks { constant, variables in
            var request = gateway_request()
            request.host = HostTable.shared
            request.handle = Handle.give(self)
            request.variables = gateway_bytes(variables)
            request.constant = gateway_bytes(constant)
            request.body_count = body.count.map { Int64($0) } ?? -1
            request.log_level = logger.logLevel.number
            request.shows_errors = environ.showsErrors ? 1 : 0
            return call(&request)
        }
    }

    /// Writes a line of the library's.
    func log(_ level: UInt32, _ message: gateway_bytes, _ metadata: gateway_bytes) {
        var fields: Logger.Metadata = [:]
        for (name, value) in metadata.pairs { fields[name] = .string(value) }
        logger.log(level: Logger.Level(number: level), "\(message.text)", metadata: fields)
    }

    func offload(_ job: ForeignJob) {
        guard let services = environ.services else {
            Task.detached { job.run() }
            return
        }
        services.offload { job.run() }
    }
}

/// The writer of a stream that a library makes.
final class HostedWriter: Sendable {
    let writer: ResponseWriter
    let executor: (any TaskExecutor)?

    init(_ writer: ResponseWriter, _ executor: (any TaskExecutor)?) {
        self.writer = writer
        self.executor = executor
    }
}

/// A WebSocket that a library serves.
final class HostedSocket: Sendable {
    let socket: WebSocket
    let executor: (any TaskExecutor)?

    init(_ socket: WebSocket, _ executor: (any TaskExecutor)?) {
        self.socket = socket
        self.executor = executor
    }
}
