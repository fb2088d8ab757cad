// Files as answers: those of a site, and those that an application names. Both go the same way: what the client knows about the
// file already is compared with the file (RFC 9110, §13), and the kernel sends it without a copy through this process, whole or
// the parts that the client asks for (§14).

import GatewayInterface
import HTTP
import Octets
import Routing
import Syscalls

extension Exchange {
    private static let methods: StaticString = "GET, HEAD, OPTIONS"

    /// Answers with a file of the site.
    func send(_ found: FoundFile) {
        guard isReading else {
            found.file.finish()
            return answerWithoutReading()
        }
        send(found, ordered: nil)
    }

    /// Answers with what is in a folder of the site.
    func send(_ listing: FolderListing) {
        guard isReading else { return answerWithoutReading() }
        var title = ByteBuffer(capacity: 256)
        if let target = field("REQUEST_URI") {
            let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
            try? PathNormalizer.normalize(UnsafeBufferPointer(rebasing: target[..<end]), into: &title)
        }
        guard let page = listing.page(title: title.bytes) else {
            return fail(status: 404, "There is nothing here.")
        }
        respond(FixedResponse(status: 200, text: page, contentType: Array("text/html; charset=utf-8".utf8)))
    }

    /// Answers with a file.
    ///
    /// - Parameter ordered: What an application wants said along with it.
    func send(_ found: FoundFile, ordered: FileFields?) {
        guard let connection else {
            found.file.finish()
            return context.giveBack(self)
        }
        let file = found.file
        let now = Clock.secondsSince1970()
        let validators = context.fileValidators
        validators.describe(file.status, coding: found.coding, now: now)
        // Another status is an application's; then the file is not what the conditions are about. So it is where a method
        // changes something: the application has judged them before it did.
        let isOwn = response.status == 200
        let hasRanges = isOwn && found.rules.maxRanges > 0
        var part: BytePart?
        var parts: RangeParts?
        let conditions = FileConditions(environ.bytes)
        if isOwn, isReading, !conditions.isEmpty {
            switch conditions.preconditions.outcome(
                entityTag: ordered?.tag ?? validators.entityTag,
                modified: ordered == nil || ordered?.lastModified == nil
                    ? validators.modified : ordered?.modified(now: now),
                isReading: true, now: now)
            {
            case .proceed: break
            case .notModified:
                file.finish()
                return answerNotModified(found, ordered)
            case .failed:
                file.finish()
                return fail(status: 412, "The file is not what the request expects it to be.")
            }
            if hasRanges, isGet, !isHead, let wanted = conditions.range,
                isPartAllowed(conditions.ifRange, ordered, now: now)
            {
                switch ByteRangeRequest.answer(
                    to: wanted, size: file.status.size, limit: found.rules.maxRanges)
                {
                case .whole: break
                case .part(let first, let count):
                    part = BytePart(first: first, count: count)
                    file.narrow(from: first, count: count)
                case .parts(let several):
                    let divided = RangeParts(
                        several, size: file.status.size, type: typeLine(found, ordered),
                        boundary: .random(in: .min ... .max))
                    file.divide(into: divided)
                    parts = divided
                case .unsatisfiable:
                    file.finish()
                    return refuseRange(size: file.status.size)
                }
            }
        }
        if part != nil || parts != nil { response.status = 206 }
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        let total = file.total
        connection.write { output in
            ResponseEncoder.appendStatusLine(response.status, to: &output)
            context.appendCommonFields(
                server: ordered?.hasServer != true, date: ordered?.hasDate != true, to: &output)
            appendIDField(to: &output)
            appendDescription(found, ordered, isDivided: parts != nil, to: &output)
            if hasRanges, response.status == 200 { output.append("Accept-Ranges: bytes\r\n") }
            parts?.appendType(to: &output)
            if let part { RangeParts.appendContentRange(part, size: file.status.size, to: &output) }
            ResponseEncoder.appendEnd(
                framing: .length(UInt64(total)), keepsAlive: response.keepsAlive,
                minorVersion: minorVersion, to: &output)
        }
        if !isHead, total > 0 {
            response.bodyBytesSent = UInt64(total)
            connection.send(file)
        } else {
            file.finish()
        }
        connection.finished(keepsAlive: response.keepsAlive)
    }

    // MARK: Fields

    /// Appends what is said about the file: its type and coding, its validators, and what the route or an application adds.
    private func appendDescription(
        _ found: FoundFile, _ ordered: FileFields?, isDivided: Bool, to output: inout ByteBuffer
    ) {
        let validators = context.fileValidators
        if let ordered {
            // The type of several parts is that of none of them.
            ordered.appendFields(isDivided ? .exceptType : .all, to: &output)
        } else {
            found.rules.lines.withUnsafeBufferPointer { output.append($0) }
        }
        if ordered?.hasType != true, !isDivided {
            output.append("Content-Type: ")
            found.rules.types.append(found.type, to: &output)
            output.append("\r\n")
        }
        if let coding = found.coding {
            output.append("Content-Encoding: ")
            output.append(coding.token)
            output.append("\r\n")
        }
        if ordered?.lastModified == nil {
            ResponseEncoder.appendField("Last-Modified", validators.lastModified, to: &output)
        }
        if ordered?.entityTag == nil {
            ResponseEncoder.appendField("ETag", validators.entityTag, to: &output)
        }
    }

    private func typeLine(_ found: FoundFile, _ ordered: FileFields?) -> [UInt8] {
        if let ordered, ordered.hasType { return ordered.typeLine }
        var line = ByteBuffer(capacity: 64)
        line.append("Content-Type: ")
        found.rules.types.append(found.type, to: &line)
        line.append("\r\n")
        return Array(line.bytes)
    }

    /// 304: the fields that a cache is to renew, and none that describe what is not sent (§15.4.5).
    private func answerNotModified(_ found: FoundFile, _ ordered: FileFields?) {
        answerWithoutBody(304, ordered) { output in
            if let ordered {
                ordered.appendFields(.renewing, to: &output)
            } else {
                found.rules.lines.withUnsafeBufferPointer { output.append($0) }
            }
            guard ordered?.entityTag == nil else { return }
            ResponseEncoder.appendField("ETag", context.fileValidators.entityTag, to: &output)
        }
    }

    private func refuseRange(size: Int) {
        func appendSize(to output: inout ByteBuffer) {
            output.append("Content-Range: bytes */")
            output.append(decimal: UInt64(size))
            output.append("\r\n")
        }
        guard let page = route.errorPages?[416] else {
            return answerWithoutBody(416, nil) { appendSize(to: &$0) }
        }
        page.text.withUnsafeBufferPointer { text in
            page.type.withUnsafeBufferPointer { send(416, text, type: $0) { appendSize(to: &$0) } }
        }
    }

    /// Answers a request that does not read: it asks what may be done with a file, or wants to do something else.
    private func answerWithoutReading() {
        guard field("REQUEST_METHOD")?.equals("OPTIONS") == true else {
            return fail(status: 405, "A file can only be read.", allow: Self.methods)
        }
        answerWithoutBody(204, nil) { output in
            output.append("Allow: ")
            output.append(Self.methods)
            output.append("\r\n")
        }
    }

    private func answerWithoutBody(
        _ status: Int, _ ordered: FileFields?, _ fields: (inout ByteBuffer) -> Void
    ) {
        guard let connection else { return context.giveBack(self) }
        response.status = status
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        let framing = ResponseFraming.choose(
            status: status, length: 0, minorVersion: minorVersion, isHead: isHead)
        connection.write { output in
            ResponseEncoder.appendStatusLine(status, to: &output)
            context.appendCommonFields(
                server: ordered?.hasServer != true, date: ordered?.hasDate != true, to: &output)
            appendIDField(to: &output)
            fields(&output)
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
        connection.finished(keepsAlive: response.keepsAlive)
    }

    // MARK: Conditions

    /// Whether If-Range, where the client sent it, is about the file as it is.
    private func isPartAllowed(
        _ condition: UnsafeBufferPointer<UInt8>?, _ ordered: FileFields?, now: Int
    ) -> Bool {
        guard let condition else { return true }
        let validators = context.fileValidators
        // A file of this very second may change once more within it.
        let own = validators.modified < now ? validators.modified : nil
        return ByteRangeRequest.holds(
            condition, entityTag: ordered?.tag ?? validators.entityTag,
            modified: ordered == nil || ordered?.lastModified == nil ? own : ordered?.modified(now: now),
            now: now)
    }

    /// A variable of the environ.
    private func field(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        NameValuePairs.value(of: name, in: environ.bytes)
    }

    private var isGet: Bool { field("REQUEST_METHOD")?.equals("GET") ?? false }
    /// Whether the method is GET or HEAD.
    private var isReading: Bool { isHead || isGet }
}

extension ResponseEncoder {
    fileprivate static func appendField(
        _ name: StaticString, _ value: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        appendField(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value, to: &output)
    }
}
