// What web servers say about a request differs: a handler is to find under each of them what it finds in a worker of the gateway.
// The differences are made up for here, as far as they can be told, and nowhere else.

import GatewayInterface
import Octets

/// The variables of one request, as a web server has sent them.
struct WebServerVariables {
    private let entries: [Entry]

    private struct Entry {
        let name: UnsafeBufferPointer<UInt8>
        let value: UnsafeBufferPointer<UInt8>

        /// - Returns: `nil` for what is no variable.
        init?(_ octets: UnsafeBufferPointer<UInt8>) {
            guard let end = octets.firstIndex(of: UInt8(ascii: "=")), end > 0, octets.count < 1 << 30 else {
                return nil
            }
            name = UnsafeBufferPointer(rebasing: octets[..<end])
            value = UnsafeBufferPointer(rebasing: octets[(end + 1)...])
        }

        var isField: Bool { name.count > 5 && name.starts(with: "HTTP_".utf8) }
    }

    /// - Parameter octets: `NAME=value` each; the octets have to live as long as this does.
    init(_ octets: [UnsafeBufferPointer<UInt8>]) { entries = octets.compactMap(Entry.init) }

    private func value(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        entries.first { $0.name.equals(name) }?.value
    }

    // MARK: The body

    /// How long the body is.
    enum BodyLength: Equatable {
        case known(Int)
        /// To the end of what comes: the client has sent it in chunks, and the web server passes it on as it comes.
        case unknown
        case malformed
    }

    /// How long the body is.
    var bodyLength: BodyLength {
        guard let text = value("CONTENT_LENGTH"), text.count > 0 else {
            return value("HTTP_TRANSFER_ENCODING") == nil ? .known(0) : .unknown
        }
        guard case .value(let count) = text.span.decimal(ByteRange(0, text.count)),
            let count = Int(exactly: count)
        else { return .malformed }
        return .known(count)
    }

    // MARK: The environ

    /// What is about a connection that is not the application's (RFC 9110, §7.6.1), what has a variable without HTTP_, and what
    /// many libraries would obey as a proxy's address (httpoxy).
    private static let withheld: [StaticString] = [
        "HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_PROXY_CONNECTION", "HTTP_TE", "HTTP_TRAILER",
        "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE", "HTTP_EXPECT", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE",
        "HTTP_PROXY",
    ]

    /// The pairs of an ``Environ``.
    ///
    /// - Parameter isScript: Whether SCRIPT_NAME is surely the name of this program.
    func pairs(isScript: Bool) -> [UInt8] {
        var block = ByteBuffer(capacity: 2048)
        let takesName = !isScript && isPathInName
        for (index, entry) in entries.enumerated() {
            if takesName, entry.name.equals("SCRIPT_NAME") {
                block.appendPair("SCRIPT_NAME", "")
                block.appendPair("PATH_INFO", entry.value)
            } else if entry.isField {
                append(entry, at: index, to: &block)
            } else if !isAboutNothing(entry) {
                block.append(entry.name, entry.value)
            }
        }
        if value("REQUEST_URI") == nil { appendTarget(isPathInName: takesName, to: &block) }
        return Array(block.bytes)
    }

    /// Whether a variable that is about a body is there without one: lighttpd says of every request that its body has 0 octets,
    /// which only those that have to have a body say themselves.
    private func isAboutNothing(_ entry: Entry) -> Bool {
        if entry.value.count == 0 { return entry.name.equals("CONTENT_TYPE") }
        guard entry.name.equals("CONTENT_LENGTH"), entry.value.equals("0") else { return false }
        let method = value("REQUEST_METHOD")
        return !(["POST", "PUT", "PATCH"] as [StaticString]).contains { method?.equals($0) == true }
    }

    /// Whether all of the path is in SCRIPT_NAME: nginx has no PATH_INFO unless it is told how to split a path, and Apache's
    /// mod_proxy_fcgi calls that its own business too.
    private var isPathInName: Bool {
        guard value("PATH_INFO") == nil else { return false }
        let server = value("SERVER_SOFTWARE")
        return server?.starts(with: "nginx".utf8) == true
            || value("SCRIPT_FILENAME")?.starts(with: "proxy:".utf8) == true
    }

    /// Appends a header field. Fields of one name are one variable: older web servers send several.
    private func append(_ entry: Entry, at index: Int, to block: inout ByteBuffer) {
        guard !Self.withheld.contains(where: { entry.name.equals($0) }) else { return }
        func isTwin(_ other: Entry) -> Bool { other.name.elementsEqual(entry.name) }
        guard !entries[..<index].contains(where: isTwin) else { return }
        let twins = entries[(index + 1)...].filter(isTwin)
        guard !twins.isEmpty else { return block.append(entry.name, entry.value) }
        let separator = entry.name.equals("HTTP_COOKIE") ? "; " : ", "
        var value = Array(entry.value)
        for twin in twins { value += Array(separator.utf8) + twin.value }
        value.withUnsafeBufferPointer { block.append(entry.name, $0) }
    }

    /// Makes REQUEST_URI, which RFC 3875 does not know, of what it is divided into.
    private func appendTarget(isPathInName: Bool, to block: inout ByteBuffer) {
        var target: [UInt8] = []
        for part in [value("SCRIPT_NAME"), isPathInName ? nil : value("PATH_INFO")] {
            for octet in part ?? UnsafeBufferPointer(start: nil, count: 0) {
                if Self.mayStand(octet) {
                    target.append(octet)
                } else {
                    target.append(percentEncoding: octet)
                }
            }
        }
        if let query = value("QUERY_STRING"), query.count > 0 { target += [UInt8(ascii: "?")] + query }
        target.withUnsafeBufferPointer { block.appendPair("REQUEST_URI", $0) }
    }

    /// Whether an octet stands for itself in a path (RFC 3986, §3.3).
    private static func mayStand(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@/".utf8.contains(octet)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func append(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) {
        appendPairLengths(name: name.count, value: value.count)
        append(name)
        append(value)
    }
}
