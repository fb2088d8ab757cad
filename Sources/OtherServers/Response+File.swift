// A file as an answer under another web server, described as a worker of the gateway does. What the client knows about it already,
// and which part of it it wants, is left to the web server.

import GatewayInterface
import Octets
import Routing
import Syscalls

extension Response {
    /// The answer with what its fields do not say about its file: the type by its name, and its validators.
    func described(as file: OutgoingFile, at path: String, types: MediaTypes) -> Response {
        var response = self
        var path = path
        if response.fields["Content-Type"] == nil {
            var type = ByteBuffer(capacity: 64)
            path.withUTF8 { types.append(types.type(of: $0), to: &type) }
            response.fields.append("Content-Type", String(decoding: type.bytes, as: UTF8.self))
        }
        let validators = FileValidators()
        validators.describe(file.status, coding: nil, now: Clock.secondsSince1970())
        if response.fields["Last-Modified"] == nil {
            response.fields.append("Last-Modified", String(decoding: validators.lastModified, as: UTF8.self))
        }
        if response.fields["ETag"] == nil {
            response.fields.append("ETag", String(decoding: validators.entityTag, as: UTF8.self))
        }
        return response
    }
}
