import Octets

/// The CGI meta-variables of one request (RFC 3875, §4.1), read like a WSGI environ.
///
/// An environ is two blocks of encoded pairs: one that is the same for every request, shared, and one of this
/// request. Looking a name up walks them; nothing is decoded before it is asked for.
public struct Environ: Sendable {
    let constant: [UInt8]
    let request: [UInt8]

    /// - Parameters:
    ///   - constant: Pairs that never change, encoded as ``NameValuePairs`` reads them.
    ///   - request: Pairs of this request; they come first in look-ups.
    public init(constant: [UInt8], request: [UInt8]) {
        self.constant = constant
        self.request = request
    }

    /// The value of a variable, with bytes that are no UTF-8 repaired; `nil` where it is not set.
    public subscript(name: String) -> String? {
        withBytes(of: name) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Calls `body` with the bytes of a variable as they came, or with `nil` where it is not set.
    public func withBytes<Result>(of name: String, _ body: (UnsafeBufferPointer<UInt8>?) -> Result) -> Result
    {
        var name = name
        return name.withUTF8 { name in
            request.withUnsafeBufferPointer { request in
                constant.withUnsafeBufferPointer { constant in
                    body(
                        NameValuePairs.value(of: name, in: request)
                            ?? NameValuePairs.value(of: name, in: constant))
                }
            }
        }
    }

    /// `REQUEST_METHOD`.
    public var method: String { self["REQUEST_METHOD"] ?? "" }
    /// `PATH_INFO`: the decoded path below the place where the application is mounted.
    public var path: String { self["PATH_INFO"] ?? "" }
    /// `QUERY_STRING`, not decoded.
    public var query: String { self["QUERY_STRING"] ?? "" }
    /// `REMOTE_ADDR`.
    public var remoteAddress: String { self["REMOTE_ADDR"] ?? "" }
    /// `CONTENT_TYPE`.
    public var contentType: String? { self["CONTENT_TYPE"] }

    /// All variables, those of the request first.
    public var variables: [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        for block in [request, constant] {
            block.withUnsafeBufferPointer { bytes in
                var pairs = NameValuePairs(bytes)
                while let pair = pairs.next() {
                    variables.append(
                        (
                            String(decoding: bytes[pair.name], as: UTF8.self),
                            String(decoding: bytes[pair.value], as: UTF8.self)
                        ))
                }
            }
        }
        return variables
    }
}
