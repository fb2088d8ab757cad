// The functions that the gateway hands to libraries. Each finds its object behind the handle and does what a
// handler of the gateway's own would have done with it.

import CGatewayApplication
import GatewayInterface

/// The gateway's table.
enum HostTable {
    /// One for the process.
    nonisolated(unsafe) static let shared: UnsafePointer<gateway_host> = {  // Written here alone.
        let table = UnsafeMutablePointer<gateway_host>.allocate(capacity: 1)
        table.initialize(to: make())
        return UnsafePointer(table)
    }()

    private static func make() -> gateway_host {
        var table = gateway_host()
        table.size = MemoryLayout<gateway_host>.size
        table.release = Handle.release
        table.cancel = Running.cancel
        table.perform = { thread, job, user in
            Handle.object(thread, Crossing.self).perform(ForeignJob(job!, user))
        }
        addRequest(to: &table)
        addSocket(to: &table)
        return table
    }

    private static func addRequest(to table: inout gateway_host) {
        table.read = { request, limit, done, user in
            let body = Handle.object(request, HostedRequest.self).body
            Completion(done, user).call(Result { Parcel(bytes: try body.read(upTo: octets(limit))) })
        }
        table.read_later = { request, limit, done, user in
            let request = Handle.object(request, HostedRequest.self)
            return Running.begin(on: request.executor, Completion(done, user)) {
                Parcel(bytes: try await request.body.read(upTo: octets(limit)))
            }
        }
        table.trailers = { request, done, user in
            let fields = Handle.object(request, HostedRequest.self).body.trailers
            lend(fields.lazy.map { ($0.name, $0.value) }) { pairs in
                Completion(done, user).call(.success(Parcel(bytes: pairs.array)))
            }
        }
        table.log = { request, level, message, metadata in
            Handle.object(request, HostedRequest.self).log(level, message, metadata)
        }
        table.offload = { request, job, user in
            Handle.object(request, HostedRequest.self).offload(ForeignJob(job!, user))
        }
        table.write = { writer, bytes, done, user in
            let writer = Handle.object(writer, HostedWriter.self)
            let bytes = bytes.array
            return Running.begin(on: writer.executor, Completion(done, user)) {
                try await writer.writer.write(bytes)
                return Parcel()
            }
        }
    }

    private static func addSocket(to table: inout gateway_host) {
        table.receive = { socket, done, user in
            let socket = Handle.object(socket, HostedSocket.self)
            return Running.begin(on: socket.executor, Completion(done, user)) {
                Parcel(try await socket.socket.receive())
            }
        }
        table.send = { socket, kind, bytes, done, user in
            let socket = Handle.object(socket, HostedSocket.self)
            let message = Parcel(bytes: bytes.array, message: kind).socketMessage
            return Running.begin(on: socket.executor, Completion(done, user)) {
                if let message { try await socket.socket.send(message) }
                return Parcel()
            }
        }
        table.close = { socket, code, reason, done, user in
            let socket = Handle.object(socket, HostedSocket.self)
            let reason = reason.text
            return Running.begin(on: socket.executor, Completion(done, user)) {
                await socket.socket.close(code: code, reason: reason)
                return Parcel()
            }
        }
        table.close_code = { Handle.object($0, HostedSocket.self).socket.closeCode ?? 0 }
    }
}

/// A number of octets, of which C has more than Swift.
private func octets(_ limit: Int) -> Int { limit < 0 ? .max : limit }
