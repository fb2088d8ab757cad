// What makes a stream or serves a WebSocket stays in its library: the gateway holds it by a handle, and calls
// it with a writer or a socket of its own.

import CGatewayApplication
import GatewayInterface

/// What makes the body of a response.
final class ExportedStream: Sendable {
    private let stream: ResponseStream

    init(_ stream: ResponseStream) { self.stream = stream }

    /// Makes it.
    ///
    /// - Returns: The handle of what runs.
    func make(_ writer: HostWriter, on thread: HostThread, _ completion: Completion) -> Pointer {
        Running.begin(on: thread, completion) { [stream] in
            try await stream.produce(ResponseWriter(writer))
            return Parcel()
        }
    }
}

/// What serves a WebSocket.
final class ExportedServer: Sendable {
    private let upgrade: WebSocketUpgrade

    init(_ upgrade: WebSocketUpgrade) { self.upgrade = upgrade }

    /// Serves it.
    ///
    /// - Returns: The handle of what runs.
    func serve(_ socket: HostSocket, on thread: HostThread, _ completion: Completion) -> Pointer {
        Running.begin(on: thread, completion) { [upgrade] in
            try await upgrade.run(WebSocket(socket))
            return Parcel()
        }
    }
}

/// A writer of the gateway's.
final class HostWriter: ResponseSink {
    private let host: Host
    private let handle: ForeignHandle

    init(_ host: Host, _ handle: Pointer?) {
        self.host = host
        self.handle = host.adopt(handle)
    }

    func write(_ bytes: [UInt8]) async throws {
        _ = try await host.run { done, user in
            bytes.lend { host.table.pointee.write!(handle.pointer, $0, done, user) }
        }
    }
}

/// A WebSocket of the gateway's.
final class HostSocket: WebSocketPort {
    let subprotocol: String?
    private let host: Host
    private let handle: ForeignHandle

    init(_ host: Host, _ handle: Pointer?, subprotocol: gateway_bytes) {
        self.host = host
        self.handle = host.adopt(handle)
        self.subprotocol = subprotocol.start == nil ? nil : subprotocol.text
    }

    var closeCode: UInt16? {
        let code = host.table.pointee.close_code!(handle.pointer)
        return code == 0 ? nil : code
    }

    func receive() async throws -> WebSocket.Message? {
        try await host.run { host.table.pointee.receive!(handle.pointer, $0, $1) }.socketMessage
    }

    func send(_ message: WebSocket.Message) async throws {
        let parcel = Parcel(message)
        _ = try await host.run { done, user in
            parcel.bytes.lend {
                host.table.pointee.send!(handle.pointer, parcel.message, $0, done, user)
            }
        }
    }

    func close(code: UInt16, reason: String) async {
        // Whether it was closed well or badly, it is closed.
        _ = try? await host.run { done, user in
            reason.lend { host.table.pointee.close!(handle.pointer, code, $0, done, user) }
        }
    }
}
