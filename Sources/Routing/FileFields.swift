// What an application says about a file that is sent as the body of its answer.

import GatewayInterface
import HTTP
import Octets

/// Fields of an application's answer that go along with a file, as lines.
open class FileFields {
    /// The lines.
    package final private(set) var fields = ByteBuffer(capacity: 512)
    package final private(set) var hasType = false
    package final private(set) var hasDate = false
    package final private(set) var hasServer = false
    /// Where in ``fields`` the value of ETag is.
    package final private(set) var entityTag: ByteRange?
    /// Where in ``fields`` the value of Last-Modified is.
    package final private(set) var lastModified: ByteRange?
    /// Where in ``fields`` lines are that describe the body, and that of Content-Type among them.
    final private var descriptions: [ByteRange] = []
    final private var type: ByteRange?

    /// Which of the fields are wanted.
    package enum Selection {
        case all
        /// All but Content-Type: it is that of each part.
        case exceptType
        /// Those that a cache takes over from a 304 (RFC 9110, §15.4.5).
        case renewing
    }

    /// ETag; `nil` where the application has said none.
    package final var tag: UnsafeBufferPointer<UInt8>? { entityTag.map { fields.bytes[$0] } }

    /// Content-Type as a line; empty where the application has said none.
    package final var typeLine: [UInt8] { type.map { Array(fields.bytes[$0]) } ?? [] }

    /// Last-Modified in seconds since 1970; `nil` where the application has said none, or what is no date.
    package final func modified(now: Int) -> Int? {
        lastModified.flatMap { HTTPDate.secondsSince1970(parsing: fields.bytes[$0], now: now) }
    }

    /// Appends fields as lines.
    package final func appendFields(_ selection: Selection, to output: inout ByteBuffer) {
        let bytes = fields.bytes
        var start = 0
        for line in descriptions where selection == .renewing || selection == .exceptType && line == type {
            output.append(bytes[ByteRange(start, line.start)])
            start = line.end
        }
        output.append(bytes[ByteRange(start, bytes.count)])
    }

    /// No fields.
    public init() {}

    /// Adds a field, unless it speaks about the connection or about parts of the body.
    package final func add(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ kind: CGIFieldName
    ) {
        guard kind != .hopByHop, kind != .ranges else { return }
        let start = fields.count
        ResponseEncoder.appendField(name, value, to: &fields)
        let line = ByteRange(start, fields.count)
        let place = ByteRange(line.end - 2 - value.count, line.end - 2)
        switch kind {
        case .contentType:
            hasType = true
            type = line
            descriptions.append(line)
        case .date: hasDate = true
        case .server: hasServer = true
        case .etag: entityTag = place
        case .lastModified:
            lastModified = place
            descriptions.append(line)
        // Of these, Content-Location has a place in a 304.
        case .content where !name.span.matches(ByteRange(0, name.count), lowercase: "content-location"):
            descriptions.append(line)
        default: break
        }
    }
}
