import Compression
import GatewayInterface
import Octets
import Synchronization

/// What stands between whoever writes a stream and the client: each part is compressed, flushed, and sent on.
final class GzipSink: ResponseSink {
    private struct State: ~Copyable, @unchecked Sendable {  // Only whoever holds the lock uses the encoder.
        let encoder: GzipEncoder
        var output = ByteBuffer(capacity: 4096)
    }

    private let writer: ResponseWriter
    private let state: Mutex<State>

    private init(_ writer: ResponseWriter, level: Int) throws {
        self.writer = writer
        let state = State(encoder: try GzipEncoder(level: level))
        self.state = Mutex(state)
    }

    /// The stream, compressed. It has no length that anybody knows.
    static func stream(_ stream: ResponseStream, level: Int) -> ResponseStream {
        ResponseStream(isEndless: stream.isEndless) { writer in
            let sink = try GzipSink(writer, level: level)
            try await stream.produce(ResponseWriter(sink))
            let end = try sink.state.withLock { state in
                try state.encoder.finish(into: &state.output)
                return Self.taken(&state.output)
            }
            try await writer.write(end)
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        let part = try state.withLock { state in
            try bytes.withUnsafeBufferPointer { try state.encoder.encode($0, into: &state.output) }
            try state.encoder.flush(into: &state.output)
            return Self.taken(&state.output)
        }
        try await writer.write(part)
    }

    private static func taken(_ output: inout ByteBuffer) -> [UInt8] {
        defer { output.clear() }
        return Array(output.bytes)
    }
}
