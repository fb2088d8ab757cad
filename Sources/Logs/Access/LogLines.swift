// Makes lines of entries, by a format, in memory that is kept. Nothing is allocated for a line once the memory has grown to what a
// turn of the loop needs.

import GatewayInterface
import HTTP
import Octets
import Syscalls

/// Lines of the access log that wait to be written.
struct LogLines: ~Copyable {
    private let format: LogFormat
    private let worker: Int
    private let pid: ProcessID
    private var lines = ByteBuffer(capacity: 16_384)
    private var scratch = ByteBuffer(capacity: 256)
    private var times = LogTimes()
    /// Lines that wait.
    private(set) var count = 0

    /// - Parameters:
    ///   - worker: Whose requests they are.
    ///   - pid: Its process.
    init(_ format: LogFormat, worker: Int, pid: ProcessID) {
        self.format = format
        self.worker = worker
        self.pid = pid
    }

    var isEmpty: Bool { lines.isEmpty }
    /// What waits; valid until a line is added.
    var bytes: UnsafeBufferPointer<UInt8> { lines.bytes }

    mutating func clear() {
        lines.clear(keeping: 65_536)
        count = 0
    }

    /// Adds the line of a request.
    mutating func append(_ entry: AccessEntry) {
        count += 1
        format.text.withUnsafeBufferPointer { text in
            format.parts.withUnsafeBufferPointer { parts in
                for part in parts { append(part, text, entry) }
            }
        }
    }

    private mutating func append(
        _ part: LogFormat.Part, _ text: UnsafeBufferPointer<UInt8>, _ entry: AccessEntry
    ) {
        let isQuoted = part.isQuoted
        switch part.atom {
        case .literal: lines.append(text[part.range])
        case .requestField: append(find(text[part.range], in: entry.environ), isQuoted)
        case .responseField: append(Self.last(text[part.range], in: entry.responseFields), isQuoted)
        case .variable: appendVariable(text[part.range], entry, isQuoted)
        case .client: appendClient(entry, isQuoted)
        case .dash: lines.append("-")
        case .user: appendUser(entry, isQuoted)
        case .commonTime: times.appendCommon(to: &lines)
        case .time:
            quote()
            times.appendPrecise(to: &lines)
            quote()
        case .requestLine: appendRequestLine(entry, isQuoted)
        case .method: appendMethod(entry, isQuoted)
        case .target: append(value("REQUEST_URI", entry), isQuoted)
        case .proto: append(value("SERVER_PROTOCOL", entry), isQuoted)
        case .path: appendPath(entry, isQuoted)
        case .query:
            // An empty one stays empty, as Gunicorn has it.
            if let query = value("QUERY_STRING", entry) { lines.append(escaped: query, isQuoted: isQuoted) }
        case .referer: append(value("HTTP_REFERER", entry), isQuoted)
        case .userAgent: append(value("HTTP_USER_AGENT", entry), isQuoted)
        case .host: append(value("HTTP_HOST", entry), isQuoted)
        case .id: append(value("REQUEST_ID", entry), isQuoted)
        case .traceID: append(trace(entry, 3..<35), isQuoted)
        case .spanID: append(trace(entry, 36..<52), isQuoted)
        case .refusedLine: append(entry.refusedLine, isQuoted)
        case .headReceived: append(number: entry.headReceived)
        case .bodyReceived: append(number: entry.bodyReceived)
        case .requestNumber: append(number: entry.requestNumber)
        case .status: append(number: UInt64(clamping: entry.status))
        case .bodySent: append(number: entry.bodySent)
        case .ended:
            quote()
            lines.append(entry.ended.word)
            quote()
        case .seconds: append(number: entry.duration.map { $0 / 1_000_000 })
        case .milliseconds: append(number: entry.duration.map { $0 / 1000 })
        case .microseconds: append(number: entry.duration)
        case .decimalSeconds: appendDecimalSeconds(entry.duration)
        case .queue: append(number: entry.queue)
        case .applicationHead: append(number: entry.applicationHead)
        case .applicationTime: append(number: entry.applicationTime)
        case .application: append(name: entry.upstream?.application, isQuoted)
        case .upstream: append(name: entry.upstream?.place, isQuoted)
        case .process:
            lines.append("<")
            lines.append(decimal: UInt64(clamping: pid))
            lines.append(">")
        case .pid: append(number: UInt64(clamping: pid))
        case .worker: append(number: UInt64(clamping: worker))
        }
    }

    // MARK: Kinds of value

    private mutating func quote() { if format.isJSON { lines.append("\"") } }

    /// Text, or what stands for none: `-`, and `null` in JSON.
    private mutating func append(_ value: UnsafeBufferPointer<UInt8>?, _ isQuoted: Bool) {
        guard let value, value.count > 0 else { return appendNothing() }
        if format.isJSON {
            lines.append(json: value)
        } else {
            lines.append(escaped: value, isQuoted: isQuoted)
        }
    }

    private mutating func append(number: UInt64?) {
        guard let number else { return appendNothing() }
        lines.append(decimal: number)
    }

    private mutating func append(name: [UInt8]?, _ isQuoted: Bool) {
        guard let name else { return appendNothing() }
        name.withUnsafeBufferPointer { append($0, isQuoted) }
    }

    private mutating func appendNothing() { lines.append(format.isJSON ? "null" : "-" as StaticString) }

    /// `0.001234`
    private mutating func appendDecimalSeconds(_ duration: UInt64?) {
        guard let duration else { return appendNothing() }
        lines.append(decimal: duration / 1_000_000)
        lines.append(".")
        lines.append(sixDigits: duration % 1_000_000)
    }

    // MARK: Atoms

    private func value(_ name: StaticString, _ entry: AccessEntry) -> UnsafeBufferPointer<UInt8>? {
        NameValuePairs.value(of: name, in: entry.environ)
    }

    private func find(
        _ name: UnsafeBufferPointer<UInt8>, in pairs: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? { NameValuePairs.value(of: name, in: pairs) }

    /// Of several fields with one name the last one counts, as in Gunicorn.
    private static func last(
        _ name: UnsafeBufferPointer<UInt8>, in block: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        var pairs = NameValuePairs(block)
        var found: UnsafeBufferPointer<UInt8>?
        while let pair = pairs.next() {
            if block[pair.name].elementsEqual(name) { found = block[pair.value] }
        }
        return found
    }

    private mutating func appendVariable(
        _ name: UnsafeBufferPointer<UInt8>, _ entry: AccessEntry, _ isQuoted: Bool
    ) {
        if let value = find(name, in: entry.environ) { return append(value, isQuoted) }
        guard let local = entry.local else { return appendNothing() }
        local.constantPairs.withUnsafeBufferPointer { append(find(name, in: $0), isQuoted) }
    }

    private mutating func appendMethod(_ entry: AccessEntry, _ isQuoted: Bool) {
        guard let asked = entry.askedMethod else { return append(value("REQUEST_METHOD", entry), isQuoted) }
        asked.withUnsafeBufferPointer { append($0, isQuoted) }
    }

    private mutating func appendClient(_ entry: AccessEntry, _ isQuoted: Bool) {
        if !entry.environ.isEmpty { return append(value("REMOTE_ADDR", entry), isQuoted) }
        guard let peer = entry.peer else { return appendNothing() }
        peer.pairs.withUnsafeBufferPointer { pairs in
            append(NameValuePairs.value(of: "REMOTE_ADDR", in: pairs), isQuoted)
        }
    }

    /// Who the client is by the word of an authorizer, or else by its own (Basic credentials).
    private mutating func appendUser(_ entry: AccessEntry, _ isQuoted: Bool) {
        if let user = value("REMOTE_USER", entry), user.count > 0 { return append(user, isQuoted) }
        scratch.clear()
        guard let field = value("HTTP_AUTHORIZATION", entry),
            BasicCredentials.appendUser(ofAuthorization: field, to: &scratch)
        else { return appendNothing() }
        append(scratch.bytes, isQuoted)
    }

    private mutating func appendRequestLine(_ entry: AccessEntry, _ isQuoted: Bool) {
        guard let method = value("REQUEST_METHOD", entry) else { return append(entry.refusedLine, isQuoted) }
        if let asked = entry.askedMethod {
            asked.withUnsafeBufferPointer { lines.append(escaped: $0, isQuoted: isQuoted) }
        } else {
            lines.append(escaped: method, isQuoted: isQuoted)
        }
        lines.append(ASCII.space)
        if let target = value("REQUEST_URI", entry) { lines.append(escaped: target, isQuoted: isQuoted) }
        lines.append(ASCII.space)
        if let version = value("SERVER_PROTOCOL", entry) {
            lines.append(escaped: version, isQuoted: isQuoted)
        }
    }

    /// The path of the target, percent-decoded as applications see it, without its query.
    private mutating func appendPath(_ entry: AccessEntry, _ isQuoted: Bool) {
        guard let target = value("REQUEST_URI", entry) else { return appendNothing() }
        scratch.clear()
        scratch.append(decodedPathOf: target)
        append(scratch.bytes, isQuoted)
    }

    /// A part of a valid traceparent.
    private func trace(_ entry: AccessEntry, _ part: Range<Int>) -> UnsafeBufferPointer<UInt8>? {
        guard let field = value("HTTP_TRACEPARENT", entry), TraceParent(field) != nil else { return nil }
        return UnsafeBufferPointer(rebasing: field[part])
    }
}

extension ByteBuffer {
    /// Appends `number`, below a million, as six digits.
    fileprivate mutating func append(sixDigits number: UInt64) {
        LogTimes.append(sixDigits: number, to: &self)
    }

    /// Appends the path of a request target without its escapes.
    fileprivate mutating func append(decodedPathOf target: UnsafeBufferPointer<UInt8>) {
        var index = 0
        if target.first != ASCII.slash, let colon = target.firstIndex(of: ASCII.colon),
            target.count > colon + 3
        {
            // `http://authority/path`; of `*` nothing is left out.
            index = target[(colon + 3)...].firstIndex(of: ASCII.slash) ?? target.count
        }
        while index < target.count, target[index] != UInt8(ascii: "?") {
            if target[index] == UInt8(ascii: "%"), target.count - index > 2,
                let high = ASCII.hexadecimalValue(target[index + 1]),
                let low = ASCII.hexadecimalValue(target[index + 2])
            {
                append(high << 4 | low)
                index += 3
            } else {
                append(target[index])
                index += 1
            }
        }
    }
}
