import GatewayInterface
import HTTP
import Octets

extension RedirectTemplate {
    /// The place that a request is sent to.
    ///
    /// - Parameters:
    ///   - environ: The encoded pairs of the request.
    ///   - rest: The decoded path behind what the route has matched.
    func filled(_ environ: UnsafeBufferPointer<UInt8>, rest: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var location: [UInt8] = []
        func append(_ name: StaticString) {
            guard let value = NameValuePairs.value(of: name, in: environ) else { return }
            // What a client has sent must not end the field.
            for byte in value { if byte > 32, byte < 127 { location.append(byte) } }
        }
        for piece in pieces {
            switch piece {
            case .text(let text): location += text
            case .scheme: append("REQUEST_SCHEME")
            case .host: append("SERVER_NAME")
            case .requestTarget: append("REQUEST_URI")
            case .query: append("QUERY_STRING")
            case .rest: location += SiteFolder.escaped(rest, keepsStart: true)
            }
        }
        return location
    }
}
