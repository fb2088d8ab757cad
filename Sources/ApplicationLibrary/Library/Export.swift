// The library's side of the boundary: an application as a table of C functions.

import CGatewayApplication
@_exported import GatewayInterface
import Octets

/// Makes of an application what a gateway can load from a dynamic library. This is all that a library has to
/// have:
///
///     import ApplicationLibrary
///
///     @_cdecl("gateway_application")
///     public func gatewayApplication() -> UnsafeRawPointer {
///         export(.inline { request in Response("Hello from \(request.path)\n") })
///     }
///
/// - Parameter application: Called for each request. It lives as long as the process.
/// - Returns: A table as Sources/CGatewayApplication describes it.
public func export(_ application: Application) -> UnsafeRawPointer {
    LibraryExport.table(of: application)
}

/// The same for an application whose making may fail. It is called in each worker after its fork.
///
/// - Parameter build: Makes the application. Where it throws the gateway says why, and does not start or goes
///   on with what it has.
/// - Returns: A table as Sources/CGatewayApplication describes it.
public func export(building build: () throws -> Application) -> UnsafeRawPointer {
    do { return LibraryExport.table(of: try build()) } catch { return LibraryExport.table(of: error) }
}

/// Tables of applications. They live as long as the process.
enum LibraryExport {
    static func table(of application: Application) -> UnsafeRawPointer {
        var table = makeTable()
        switch application.handler {
        case .inline(let handler):
            table.kind = UInt32(GATEWAY_INLINE)
            table.context = Handle.give(InlineHandler(handler))
        case .asynchronous(let handler):
            table.kind = UInt32(GATEWAY_ASYNCHRONOUS)
            table.context = Handle.give(AsynchronousHandler(handler))
            table.streams_body = application.streamsBody ? 1 : 0
        }
        return keep(table)
    }

    /// The table of a library that has no application.
    static func table(of failure: any Error) -> UnsafeRawPointer {
        var table = makeTable()
        let text = Array("\(failure)".utf8)
        let kept = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.count))
        _ = kept.update(fromContentsOf: text)
        table.failure = gateway_bytes(start: kept.baseAddress, count: text.count)
        return keep(table)
    }

    private static func keep(_ table: gateway_application) -> UnsafeRawPointer {
        let kept = UnsafeMutablePointer<gateway_application>.allocate(capacity: 1)
        kept.initialize(to: table)
        return UnsafeRawPointer(kept)
    }

    private static func makeTable() -> gateway_application {
        var table = gateway_application()
        table.version = UInt32(GATEWAY_APPLICATION_VERSION)
        table.size = MemoryLayout<gateway_application>.size
        table.release = Handle.release
        table.cancel = Running.cancel
        table.answer = { context, request, done, user in
            Handle.object(context, InlineHandler.self).answer(request!.pointee, Completion(done, user))
        }
        table.start = { context, request, thread, done, user in
            Handle.object(context, AsynchronousHandler.self)
                .start(request!.pointee, thread, Completion(done, user))
        }
        table.stream = { stream, host, writer, thread, done, user in
            let host = Host(host)
            return Handle.object(stream, ExportedStream.self)
                .make(HostWriter(host, writer), on: HostThread(host, thread), Completion(done, user))
        }
        table.serve = { server, host, socket, subprotocol, thread, done, user in
            let host = Host(host)
            return Handle.object(server, ExportedServer.self)
                .serve(
                    HostSocket(host, socket, subprotocol: subprotocol), on: HostThread(host, thread),
                    Completion(done, user))
        }
        return table
    }
}
