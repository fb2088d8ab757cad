// What becomes of X-Sendfile and X-Accel-Redirect. The file is sent when the application has ended its own answer: then
// its slot is free again, and its connection can be kept.

import GatewayInterface
import HTTP
import Logging
import Octets
import Syscalls

/// A file that an application wants sent in the place of its own body, and the fields that go along. It is made for
/// such an answer only.
final class OrderedFile {
    let place: FilePlace
    /// The fields of the application's answer that go along, as lines.
    private(set) var fields = ByteBuffer(capacity: 512)
    private(set) var hasType = false
    private(set) var hasDate = false
    private(set) var hasServer = false
    /// Where in ``fields`` the value of ETag is.
    private(set) var entityTag: ByteRange?
    /// Where in ``fields`` the value of Last-Modified is.
    private(set) var lastModified: ByteRange?
    /// Where in ``fields`` lines are that describe the body, and that of Content-Type among them.
    private var descriptions: [ByteRange] = []
    private var type: ByteRange?

    /// Which of the fields are wanted.
    enum Selection {
        case all
        /// All but Content-Type: it is that of each part.
        case exceptType
        /// Those that a cache takes over from a 304 (RFC 9110, §15.4.5).
        case renewing
    }

    /// ETag; `nil` where the application has said none.
    var tag: UnsafeBufferPointer<UInt8>? { entityTag.map { fields.bytes[$0] } }

    /// Content-Type as a line; empty where the application has said none.
    var typeLine: [UInt8] { type.map { Array(fields.bytes[$0]) } ?? [] }

    /// Last-Modified in seconds since 1970; `nil` where the application has said none, or what is no date.
    func modified(now: Int) -> Int? {
        lastModified.flatMap { HTTPDate.secondsSince1970(parsing: fields.bytes[$0], now: now) }
    }

    /// Appends fields as lines.
    func appendFields(_ selection: Selection, to output: inout ByteBuffer) {
        let bytes = fields.bytes
        var start = 0
        for line in descriptions where selection == .renewing || selection == .exceptType && line == type {
            output.append(bytes[ByteRange(start, line.start)])
            start = line.end
        }
        output.append(bytes[ByteRange(start, bytes.count)])
    }

    /// - Parameter isDropped: Whether a field, by name and value, does not go along.
    init(
        _ place: FilePlace, _ head: borrowing CGIResponseHead, _ bytes: UnsafeBufferPointer<UInt8>,
        without isDropped: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        self.place = place
        for field in head.fields where field.kind != .hopByHop && field.kind != .ranges {
            guard !isDropped(bytes[field.name], bytes[field.value]) else { continue }
            let start = fields.count
            ResponseEncoder.appendField(bytes[field.name], bytes[field.value], to: &fields)
            let line = ByteRange(start, fields.count)
            let value = ByteRange(line.end - 2 - field.value.count, line.end - 2)
            switch field.kind {
            case .contentType:
                hasType = true
                type = line
                descriptions.append(line)
            case .date: hasDate = true
            case .server: hasServer = true
            case .etag: entityTag = value
            case .lastModified:
                lastModified = value
                descriptions.append(line)
            // Of these, Content-Location has a place in a 304.
            case .content where !bytes.span.matches(field.name, lowercase: "content-location"):
                descriptions.append(line)
            default: break
            }
        }
    }
}

extension Exchange {
    /// Does what X-Sendfile and X-Accel-Redirect in ``head`` say.
    ///
    /// - Returns: `nil` where they are not obeyed: the answer goes on as it is.
    func takeFileOrder(_ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress? {
        let roots = context.fileRoots[application]
        if let target = head.accelRedirect {
            do throws(RequestError) {
                switch try roots.accelRedirect(bytes[target]) {
                case .off: warn("X-Accel-Redirect", "--x-accel-root", &roots.hasWarned.accel)
                case .place(let place): return order(place, bytes)
                case .elsewhere: return noteRedirect(to: bytes[target])
                }
            } catch {
                return .malformed(.malformedLocation)
            }
        }
        guard let path = head.sendfile else { return nil }
        switch roots.sendfile(bytes[path]) {
        case .place(let place): return order(place, bytes)
        case .off, .elsewhere: warn("X-Sendfile", "--x-sendfile-root", &roots.hasWarned.sendfile)
        }
        return nil
    }

    private func order(_ place: FilePlace, _ bytes: UnsafeBufferPointer<UInt8>) -> ResponseProgress {
        response.orderedFile = OrderedFile(place, head, bytes) { name, value in
            AnswerCoding.isIdentity(name, value) || givesWay(name)
        }
        response.hasHead = true
        // Which part of the file is sent is not the application's to say: it sends none of it.
        response.status = [206, 416].contains(head.status) ? 200 : head.status
        return .accepted
    }

    private func warn(_ field: String, _ option: String, _ hasWarned: inout Bool) {
        guard !hasWarned else { return }
        hasWarned = true
        context.log.warning("\(mention): the application's \(field) is dropped: \(option) names no folder")
    }

    /// Sends the file, now that the application has ended its answer.
    func deliver(_ ordered: OrderedFile) {
        guard connection != nil else { return context.giveBack(self) }
        switch ordered.place.open() {
        case .file(let file):
            let type = ordered.place.type(in: route.files.types)
            send(
                FoundFile(file: file, type: type, coding: nil, rules: route.files), ordered: ordered)
        case .refused(let status, let reason):
            context.log.error(
                "\(mention): the file '\(ordered.place.description)', which the application names, \(reason)")
            fail(status: status, status == 404 ? "There is nothing here." : "This may not be read.")
        }
    }
}
