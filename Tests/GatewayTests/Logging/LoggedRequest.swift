import GatewayInterface
import Octets
import Syscalls
@testable import Logs

/// A request as tests have it logged, with everything that an atom can show.
struct LoggedRequest {
    var pairs: [(String, [UInt8])] = [
        ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/a%20b?q=1"), ("QUERY_STRING", "q=1"),
        ("SERVER_PROTOCOL", "HTTP/1.1"), ("REMOTE_ADDR", "192.0.2.7"), ("HTTP_HOST", "a.example"),
        ("HTTP_REFERER", "http://x/"), ("HTTP_USER_AGENT", "one two"), ("CONTENT_TYPE", "text/plain"),
        ("REQUEST_ID", "00c0ffee00c0ffee"), ("SCRIPT_NAME", ""),
        ("HTTP_TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ].map { ($0.0, Array($0.1.utf8)) }
    var responseFields: [(String, String)] = [
        ("content-type", "a/b"), ("set-cookie", "1"), ("set-cookie", "2"),
    ]
    var refusedLine: [UInt8] = []
    var entry = AccessEntry(status: 200)

    init() {
        entry.bodySent = 12
        entry.headReceived = 345
        entry.bodyReceived = 67
        entry.requestNumber = 3
        entry.duration = 61_002_003
        entry.queue = 40
        entry.applicationHead = 50
        entry.applicationTime = 60
        entry.upstream = Upstream(application: "wsgi:app", place: "process 2")
    }

    /// One that was refused before it was understood.
    init(refused line: [UInt8]) {
        pairs = []
        refusedLine = line
        responseFields = []
        entry.status = 400
    }

    mutating func set(_ name: String, _ value: [UInt8]) {
        pairs.removeAll { $0.0 == name }
        pairs.append((name, value))
    }

    mutating func set(_ name: String, _ value: String) { set(name, Array(value.utf8)) }

    private static func encoded(_ pairs: [(String, [UInt8])]) -> [UInt8] {
        var buffer = ByteBuffer()
        for (name, value) in pairs {
            buffer.appendPairLengths(name: name.utf8.count, value: value.count)
            buffer.append(text: name)
            value.withUnsafeBufferPointer { buffer.append($0) }
        }
        return Array(buffer.bytes)
    }

    /// Calls `body` with the entry, whose bytes are valid meanwhile.
    func with<Result>(_ body: (AccessEntry) throws -> Result) rethrows -> Result {
        let (environ, fields) = (
            Self.encoded(pairs), Self.encoded(responseFields.map { ($0.0, Array($0.1.utf8)) })
        )
        return try environ.withUnsafeBufferPointer { environ in
            try fields.withUnsafeBufferPointer { fields in
                try refusedLine.withUnsafeBufferPointer { line in
                    var entry = entry
                    (entry.environ, entry.responseFields, entry.refusedLine) = (environ, fields, line)
                    return try body(entry)
                }
            }
        }
    }

    /// Its line, without the end.
    func line(_ format: String) throws -> [UInt8] {
        var lines = LogLines(try LogFormat(format), worker: 4, pid: 4711)
        with { lines.append($0) }
        return Array(lines.bytes.dropLast())
    }

    func text(_ format: String) throws -> String { String(decoding: try line(format), as: UTF8.self) }
}
