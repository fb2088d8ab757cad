import Octets

/// The CGI meta-variables of one request (RFC 3875, §4.1), read like a WSGI environ.
///
/// An environ is two blocks of encoded pairs: one that is the same for every request, shared, and one of this
/// request. Looking a name up walks them; nothing is decoded before it is asked for.
public struct Environ: Sendable {
    private(set) var constant: [UInt8]
    private(set) var request: [UInt8]
    /// What whoever serves the request does for it.
    package let services: (any RequestServices)?

    /// - Parameters:
    ///   - constant: Pairs that never change, encoded as ``NameValuePairs`` reads them.
    ///   - request: Pairs of this request; they come first in look-ups.
    ///   - services: What whoever serves the request does for it.
    package init(constant: [UInt8], request: [UInt8], services: (any RequestServices)? = nil) {
        self.constant = constant
        self.request = request
        self.services = services
    }

    /// An environ of variables, as tests make it.
    ///
    /// - Parameter variables: Each with a name that is not empty; of two with the same name the first counts.
    public init(_ variables: KeyValuePairs<String, String>) {
        var block = ByteBuffer(capacity: 1024)
        for (name, value) in variables { block.appendPair(text: name, value) }
        self.init(constant: [], request: Array(block.bytes))
    }

    /// The value of a variable, with bytes that are no UTF-8 repaired; `nil` where it is not set. Middleware may set one for whoever
    /// comes after it; a name that is not its own is best written with a prefix, as `shop.customer`.
    public subscript(name: String) -> String? {
        get { withBytes(of: name) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } } }
        set {
            var name = name
            name.withUTF8 { name in
                request = Self.removing(name, from: request)
                let isConstant = constant.withUnsafeBufferPointer {
                    NameValuePairs.value(of: name, in: $0) != nil
                }
                // Shared by all requests, and copied only for one that is to have another.
                if isConstant { constant = Self.removing(name, from: constant) }
            }
            guard let newValue else { return }
            var pair = ByteBuffer(capacity: 64)
            pair.appendPair(text: name, newValue)
            request += Array(pair.bytes)
        }
    }

    private static func removing(_ name: UnsafeBufferPointer<UInt8>, from block: [UInt8]) -> [UInt8] {
        var rest = ByteBuffer(capacity: max(1, block.count))
        block.withUnsafeBufferPointer { rest.appendPairs(of: $0, without: name) }
        return Array(rest.bytes)
    }

    /// What it says, for whoever keeps it for longer than the request.
    package var withoutServices: Environ { Environ(constant: constant, request: request) }

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

    /// Calls `body` with both blocks of pairs: that of every request, and that of this one.
    package func withBlocks<Result>(
        _ body: (_ constant: UnsafeBufferPointer<UInt8>, _ request: UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        constant.withUnsafeBufferPointer { constant in
            request.withUnsafeBufferPointer { body(constant, $0) }
        }
    }

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
