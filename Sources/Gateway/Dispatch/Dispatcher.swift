// Where a request goes. The dispatcher asks the site what a path means, has the environ made accordingly, and hands
// the exchange to a backend when its body has arrived.

import GatewayInterface
import HTTP
import Octets
import Syscalls

/// What answers a request.
enum Destination {
    /// The application.
    case application
    /// A file of the site.
    case file(OutgoingFile, type: StaticString, modified: Int)
    /// The same path with a slash: it is a folder.
    case redirect([UInt8])
    /// Nobody.
    case refused(status: Int)
}

/// Sends exchanges to backends.
final class Dispatcher {
    private let backend: any Backend
    private let site: (any Site)?
    private var path = ByteBuffer(capacity: 1024)

    /// - Parameters:
    ///   - backend: The application.
    ///   - site: The folder of scripts and files, where the application has one.
    init(backend: any Backend, site: (any Site)?) {
        self.backend = backend
        self.site = site
    }

    /// Decides where a request goes and makes its environ, all but CONTENT_LENGTH.
    func describe(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, connection: Connection,
        environ: inout ByteBuffer
    ) throws(RequestError) -> Destination {
        path.clear()
        if head.path.count == 1, bytes[head.path.start] == UInt8(ascii: "*") {
            path.append(UInt8(ascii: "*"))
        } else {
            try PathNormalizer.normalize(bytes[head.path], into: &path)
        }
        environ.appendRequest(head, bytes, local: connection.local, peer: connection.peer)
        return appendPath(to: &environ)
    }

    /// Decides where a local redirect goes, and makes its environ from that of the request it comes from.
    func describe(
        redirect location: UnsafeBufferPointer<UInt8>, from previous: [UInt8], connection: Connection,
        environ: inout ByteBuffer
    ) throws(RequestError) -> Destination {
        let question = location.firstIndex(of: UInt8(ascii: "?")) ?? location.endIndex
        path.clear()
        try PathNormalizer.normalize(UnsafeBufferPointer(rebasing: location[..<question]), into: &path)
        let query = UnsafeBufferPointer(rebasing: location[question...].dropFirst())
        previous.withUnsafeBufferPointer { environ.appendRedirected(from: $0, query: query) }
        return appendPath(to: &environ)
    }

    private func appendPath(to environ: inout ByteBuffer) -> Destination {
        if let site { return site.resolve(path.bytes, into: &environ) }
        environ.appendPair("SCRIPT_NAME", "")
        environ.appendPair("PATH_INFO", path.bytes)
        return .application
    }

    /// Sends a complete request to its destination.
    func dispatch(_ exchange: Exchange, to destination: Destination) {
        switch destination {
        case .application:
            exchange.backend = backend
            exchange.announce()
            backend.serve(exchange)
        case .file(let file, let type, let modified):
            exchange.send(file, type: type, modified: modified)
        case .redirect(let location): exchange.redirectClient(to: location)
        case .refused(let status):
            exchange.fail(status: status, status == 404 ? "There is nothing here." : "This may not be read.")
        }
    }
}

/// What answers exchanges: an application in this process, or one behind FastCGI.
protocol Backend: AnyObject {
    /// Takes a complete request; the answer follows now or later.
    func serve(_ exchange: Exchange)
    /// The exchange's client is gone. The backend gives the exchange back when it is done with it.
    func clientLeft(_ exchange: Exchange)
    /// Called about ten times a second.
    func sweep(_ now: UInt64)
    /// Called when another process rang this worker's bell.
    func wake()
}
