// A request as a library has it: its body and its services are the gateway's, behind one handle.

import CGatewayApplication
import GatewayInterface
import Logging

/// The body of a request, and what the gateway does for it.
final class HostRequest: BodySource, RequestServices {
    let count: Int?
    let executor: (any TaskExecutor)?
    let showsErrors: Bool
    private let logLevel: Logger.Level
    private let host: Host
    private let handle: ForeignHandle

    /// - Parameter executor: Where the request's task runs; `nil` where it has none.
    init(_ request: gateway_request, _ executor: HostThread?) {
        host = Host(request.host)
        handle = host.adopt(request.handle)
        count = request.body_count < 0 ? nil : Int(request.body_count)
        showsErrors = request.shows_errors != 0
        logLevel = Logger.Level(number: request.log_level)
        self.executor = executor
    }

    // MARK: The body

    func read(upTo limit: Int) throws -> [UInt8] {
        try callBlocking { host.table.pointee.read!(handle.pointer, max(0, limit), $0, $1) }.bytes
    }

    func next(upTo limit: Int) async throws -> [UInt8] {
        try await host.run { host.table.pointee.read_later!(handle.pointer, max(0, limit), $0, $1) }.bytes
    }

    var trailers: [TrailerField] {
        let parcel = try? callBlocking { host.table.pointee.trailers!(handle.pointer, $0, $1) }
        return (parcel?.bytes ?? []).lend { $0.pairs.map { TrailerField(name: $0.name, value: $0.value) } }
    }

    // MARK: The services

    var logger: Logger {
        var logger = Logger(label: "application", factory: { _ in HostLog(request: self) })
        logger.logLevel = logLevel
        return logger
    }

    func offload(_ job: @escaping @Sendable () -> Void) {
        host.table.pointee.offload!(
            handle.pointer, { Handle.takeBack($0, Offloaded.self).job() }, Handle.give(Offloaded(job)))
    }

    private final class Offloaded: Sendable {
        let job: @Sendable () -> Void
        init(_ job: @escaping @Sendable () -> Void) { self.job = job }
    }

    fileprivate func log(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        message.lend { message in
            lend(metadata.lazy.map { ($0.key, $0.value.description) }) { metadata in
                host.table.pointee.log!(handle.pointer, level.number, message, metadata)
            }
        }
    }
}

/// Writes into the gateway's error log.
private struct HostLog: LogHandler {
    let request: HostRequest
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info

    init(request: HostRequest) { self.request = request }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let message = event.message.description + (event.error.map { ": \($0)" } ?? "")
        request.log(event.level, message, all)
    }
}

extension Request {
    /// A request of the gateway's, copied.
    init(_ request: gateway_request, _ host: HostRequest) {
        self.init(
            environ: Environ(
                constant: request.constant.array, request: request.variables.array, services: host),
            body: RequestBody(host))
    }
}
