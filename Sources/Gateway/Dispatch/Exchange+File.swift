// Files as answers: those of a site, and those that an application names. Both go the same way: the kernel sends them
// without a copy through this process, whole or the part that the client asks for.

import GatewayInterface
import HTTP
import Octets
import Syscalls

extension Exchange {
    /// Answers with a file of the site.
    func send(_ file: OutgoingFile, type: StaticString, modified: Int) {
        guard connection != nil else { return context.giveBack(self) }
        guard isHead || isGet else {
            return fail(status: 405, "A file can only be read.", allow: "GET, HEAD")
        }
        send(file, type: type, modified: modified, ordered: nil)
    }

    /// Answers with a file.
    ///
    /// - Parameter ordered: What an application wants said along with it.
    func send(_ file: OutgoingFile, type: StaticString, modified: Int, ordered: OrderedFile?) {
        guard let connection else { return context.giveBack(self) }
        let size = file.remaining
        let hasRanges = response.status == 200
        var isPart = false
        var date = ByteBuffer(capacity: 32)
        HTTPDate.append(secondsSince1970: max(0, modified), to: &date)
        if hasRanges, isGet, !isHead, let wanted = field("HTTP_RANGE"),
            // A file of this very second may change once more within it.
            isPartAllowed(ordered, date: modified < Clock.secondsSince1970() ? date.bytes : nil)
        {
            switch ByteRangeRequest.answer(to: wanted, size: size) {
            case .whole: break
            case .part(let first, let count):
                response.status = 206
                isPart = true
                file.narrow(from: first, count: count)
            case .unsatisfiable: return refuseRange(size: size)
            }
        }
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        connection.write { output in
            ResponseEncoder.appendStatusLine(response.status, to: &output)
            context.appendCommonFields(
                server: ordered?.hasServer != true, date: ordered?.hasDate != true, to: &output)
            appendIDField(to: &output)
            if let ordered { output.append(ordered.fields.bytes) }
            if ordered?.hasType != true {
                output.append("Content-Type: ")
                output.append(type)
                output.append("\r\n")
            }
            if ordered?.lastModified == nil {
                output.append("Last-Modified: ")
                output.append(date.bytes)
                output.append("\r\n")
            }
            if hasRanges { output.append("Accept-Ranges: bytes\r\n") }
            if isPart { Self.appendContentRange(of: file, size: size, to: &output) }
            ResponseEncoder.appendEnd(
                framing: .length(UInt64(file.remaining)), keepsAlive: response.keepsAlive,
                minorVersion: minorVersion, to: &output)
        }
        if !isHead, file.remaining > 0 {
            response.bodyBytesSent = UInt64(file.remaining)
            connection.send(file)
        }
        log(status: response.status)
        connection.finished(keepsAlive: response.keepsAlive)
    }

    /// Whether If-Range, where the client sent it, is about the file as it is.
    private func isPartAllowed(_ ordered: OrderedFile?, date: UnsafeBufferPointer<UInt8>?) -> Bool {
        guard let condition = field("HTTP_IF_RANGE") else { return true }
        guard let ordered else {
            return ByteRangeRequest.holds(condition, entityTag: nil, lastModified: date)
        }
        return ByteRangeRequest.holds(
            condition, entityTag: ordered.entityTag.map { ordered.fields.bytes[$0] },
            lastModified: ordered.lastModified.map { ordered.fields.bytes[$0] } ?? date)
    }

    private func refuseRange(size: Int) {
        guard let connection else { return context.giveBack(self) }
        response.status = 416
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        connection.write { output in
            ResponseEncoder.appendStatusLine(416, to: &output)
            context.appendCommonFields(server: true, date: true, to: &output)
            appendIDField(to: &output)
            output.append("Content-Range: bytes */")
            output.append(decimal: UInt64(size))
            output.append("\r\n")
            ResponseEncoder.appendEnd(
                framing: .length(0), keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
        log(status: 416)
        connection.finished(keepsAlive: response.keepsAlive)
    }

    private static func appendContentRange(of file: OutgoingFile, size: Int, to output: inout ByteBuffer) {
        output.append("Content-Range: bytes ")
        output.append(decimal: UInt64(file.offset))
        output.append("-")
        output.append(decimal: UInt64(file.offset + file.remaining - 1))
        output.append("/")
        output.append(decimal: UInt64(size))
        output.append("\r\n")
    }

    /// A variable of the environ.
    private func field(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        NameValuePairs.value(of: name, in: environ.bytes)
    }

    private var isGet: Bool { field("REQUEST_METHOD")?.equals("GET") ?? false }
}
