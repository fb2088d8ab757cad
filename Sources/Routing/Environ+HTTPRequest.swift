// The one place where HTTP becomes an environ (RFC 3875, §4.1). Pairs are written straight into the block that a
// FastCGI application receives and a Swift application reads.

import GatewayInterface
import HTTP
import Logs
import Octets

extension ByteBuffer {
    /// Appends the meta-variables of a request, all but those of its path and CONTENT_LENGTH.
    package mutating func appendRequest(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, from origin: RequestOrigin
    ) {
        // What a proxy says that it was asked; else the authority of an absolute-form target, else Host.
        let host = origin.client?.host ?? head.host
        appendPair("REQUEST_METHOD", bytes[head.method])
        appendPair("REQUEST_URI", bytes[head.target])
        appendPair("QUERY_STRING", bytes[head.query])
        appendPair("SERVER_PROTOCOL", head.minorVersion == 1 ? "HTTP/1.1" : "HTTP/1.0" as StaticString)
        if host.isEmpty {
            appendPair("SERVER_NAME", text: origin.local.defaultServerName)
        } else {
            appendPair("SERVER_NAME", bytes[Authority.hostName(host, in: bytes.span)])
            appendPair("HTTP_HOST", bytes[host])
        }
        appendClient(origin)
        appendFields(head, bytes, passing: origin.passed)
    }

    /// - Parameter passed: Forwarding fields to append; `nil` for all.
    private mutating func appendFields(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, passing passed: ForwardingFields?
    ) {
        var contentType: ByteRange?
        for index in head.fields.indices {
            let field = head.fields[index]
            switch field.kind {
            case .contentType: contentType = contentType ?? field.value
            case .contentLength, .expect: break
            case .host: break
            // An attacker's Proxy field would become HTTP_PROXY, which many libraries obey (httpoxy).
            case .proxy: break
            // Asked for in earnest it is named in Connection, and in HTTP/1.0 it is to be ignored (RFC 9110, §7.8).
            case .upgrade where field.isNominated && head.minorVersion == 1:
                appendPair("GATEWAY_UPGRADE", bytes[field.value])
            // Another field may become the same variable only by `_` or `.`, which would let a client forge it.
            case let kind where kind.isHopByHop || field.isNominated || field.isUnmapped: break
            case let kind where kind.isForwarding && isWithheld(kind, passed): break
            default: appendField(at: index, of: head, bytes)
            }
        }
        if let contentType { appendPair("CONTENT_TYPE", bytes[contentType]) }
    }

    private func isWithheld(_ kind: FieldName, _ passed: ForwardingFields?) -> Bool {
        guard let passed else { return false }
        return ForwardingFields(kind).isDisjoint(with: passed)
    }

    /// `HTTP_*` of one field, with the values of later fields of the same name joined to it.
    private mutating func appendField(
        at index: Int, of head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let field = head.fields[index]
        let name = bytes[field.name]
        var total = field.value.count
        var hasTwin = false
        for other in head.fields.indices
        where other != index && isTwin(head.fields[other], of: field, bytes) {
            if other < index { return }  // Joined to the first already.
            hasTwin = true
            total += 2 + head.fields[other].value.count
        }
        appendPairLengths(name: 5 + name.count, value: total)
        append("HTTP_")
        appendVariableName(name)
        append(bytes[field.value])
        guard hasTwin else { return }
        for other in head.fields.indices.dropFirst(index + 1)
        where isTwin(head.fields[other], of: field, bytes) {
            append(field.kind == .cookie ? "; " : ", ")
            append(bytes[head.fields[other].value])
        }
    }

    private func isTwin(
        _ other: HeaderField, of field: HeaderField, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        !other.isUnmapped && !other.isNominated && bytes.span.isSameVariable(other.name, field.name)
    }

    /// Upper case, with `-` as `_`, and `.` where it is let in.
    private mutating func appendVariableName(_ name: UnsafeBufferPointer<UInt8>) {
        let room = spare(name.count)
        for index in 0..<name.count {
            let byte = name[index]
            let isMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            room[index] = isMark ? UInt8(ascii: "_") : ASCII.uppercased(byte)
        }
        commit(name.count)
    }

    /// Appends the meta-variables of a local redirect: those of the request it comes from, as a GET without a body.
    package mutating func appendRedirected(
        from previous: UnsafeBufferPointer<UInt8>, query: UnsafeBufferPointer<UInt8>
    ) {
        appendPair("REQUEST_METHOD", "GET")
        appendPair("QUERY_STRING", query)
        let replaced: [StaticString] = [
            "REQUEST_METHOD", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "SCRIPT_NAME", "PATH_INFO",
            "SCRIPT_FILENAME", "DOCUMENT_ROOT", "DOCUMENT_URI", "PATH_TRANSLATED", "GATEWAY_PATH",
        ]
        var pairs = NameValuePairs(previous)
        var start = 0
        while let pair = pairs.next() {
            let name = previous[pair.name]
            let isReplaced = replaced.contains { name.equals($0) }
            if !isReplaced { append(UnsafeBufferPointer(rebasing: previous[start..<pairs.offset])) }
            start = pairs.offset
        }
    }

    /// Appends the meta-variables of a request with another query.
    package mutating func append(
        _ previous: UnsafeBufferPointer<UInt8>, withQuery query: UnsafeBufferPointer<UInt8>
    ) {
        var pairs = NameValuePairs(previous)
        var start = 0
        while let pair = pairs.next() {
            if previous[pair.name].equals("QUERY_STRING") {
                appendPair("QUERY_STRING", query)
            } else {
                append(UnsafeBufferPointer(rebasing: previous[start..<pairs.offset]))
            }
            start = pairs.offset
        }
    }
}
