// The gateway's calls into a library: for a request, and for what its answer has left there.

import CGatewayApplication
import GatewayInterface

/// A library, by its table.
struct ForeignLibrary: @unchecked Sendable {  // The table lives as long as the process, and never changes.
    let table: UnsafePointer<gateway_application>

    /// Holds a handle of the library's.
    func adopt(_ handle: Pointer) -> ForeignHandle {
        ForeignHandle(handle, release: table.pointee.release!)
    }

    /// Something that the library does, to be awaited.
    fileprivate func crossing(_ origin: Origin? = nil) -> Crossing {
        Crossing(
            Crossing.Functions(cancel: table.pointee.cancel!, release: table.pointee.release!), origin: origin
        )
    }

    /// Answers a request, and blocks.
    func answer(_ request: Request) throws -> Response {
        let hosted = HostedRequest(request)
        let parcel = try callBlocking(Origin(library: self, executor: hosted.executor)) { done, user in
            hosted.lend { table.pointee.answer!(table.pointee.context, $0, done, user) }
        }
        return try response(of: parcel)
    }

    /// Answers a request.
    func start(_ request: Request) async throws -> Response {
        let hosted = HostedRequest(request)
        let crossing = crossing(Origin(library: self, executor: hosted.executor))
        let parcel = try await crossing.run { done, user in
            hosted.lend {
                table.pointee.start!(table.pointee.context, $0, Handle.give(crossing), done, user)
            }
        }
        return try response(of: parcel)
    }

    private func response(of parcel: Parcel) throws -> Response {
        guard let response = parcel.response else {
            throw ForeignError(description: "the library has given no response")
        }
        return response
    }
}

/// Where a response comes from: its library, and the executor of its request.
struct Origin: Sendable {
    let library: ForeignLibrary
    let executor: (any TaskExecutor)?

    /// Has the library make the body of a response.
    func make(_ stream: ForeignHandle, _ writer: ResponseWriter) async throws {
        let crossing = library.crossing()
        _ = try await crossing.run { done, user in
            library.table.pointee.stream!(
                stream.pointer, HostTable.shared, Handle.give(HostedWriter(writer, executor)),
                Handle.give(crossing), done, user)
        }
    }

    /// Has the library serve a WebSocket.
    func serve(_ server: ForeignHandle, _ socket: WebSocket) async throws {
        let crossing = library.crossing()
        _ = try await crossing.run { done, user in
            func begin(_ subprotocol: gateway_bytes) -> Pointer? {
                library.table.pointee.serve!(
                    server.pointer, HostTable.shared, Handle.give(HostedSocket(socket, executor)),
                    subprotocol,
                    Handle.give(crossing), done, user)
            }
            return socket.subprotocol?.lend(begin) ?? begin(.none)
        }
    }
}
