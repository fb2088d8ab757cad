// A Swift application's side of an exchange: the request as a value, and its answer as HTTP.

import Logging
import GatewayInterface
import HTTP
import Octets

extension Exchange {
    /// The request as a Swift application sees it. The body moves into it.
    func makeRequest() -> Request {
        let environ = environValue
        guard bodyCount > 0 || trailers != nil else { return Request(environ: environ) }
        // RequestBody lets one thread at a time call the reader, and the exchange does not touch the spool any more.
        nonisolated(unsafe) let spool = takeBody()
        var readTrailers: (@Sendable () -> [TrailerField])?
        if let trailers { readTrailers = { trailers.texts } }
        return Request(
            environ: environ,
            body: RequestBody(
                count: Int(bodyCount),
                reader: { limit in
                    let front = try spool.front()
                    let bytes = Array(front.prefix(limit))
                    spool.consume(bytes.count)
                    return bytes
                }, trailers: readTrailers))
    }

    /// Answers with a Swift application's response; its fields are held to the same rules as any application's.
    func respond(_ answer: Response) {
        accountAnswer()
        guard let connection else { return context.giveBack(self) }
        guard answer.isValid else {
            context.log.error("\(mention): the application's status or a field is malformed")
            return fail(status: 502, "The application did not give a valid answer.")
        }
        if let pages = route.errorPages, pages.interceptsErrors, pages[answer.status] != nil {
            return replaceAnswer(answer)
        }
        response.status = answer.status
        if context.isDraining { response.keepsAlive = false }
        if let policy = route.compression { considerCoding(policy, answer) }
        connection.write { writeHead(answer, to: &$0) }
        response.isHeadSent = true
        if let coding = response.coding { settle(coding) }
        answer.body.withUnsafeBufferPointer { endWhole($0, length: UInt64($0.count)) }
        end()
    }

    /// Writes the head but for its end.
    private func writeHead(_ answer: Response, to output: inout ByteBuffer) {
        ResponseEncoder.appendStatusLine(answer.status, to: &output)
        var hasServer = false
        var hasDate = false
        let coding = response.coding
        for field in answer.fields {
            var (name, value) = field
            name.withUTF8 { name in
                value.withUTF8 { value in
                    let kind = CGIFieldName.recognise(ByteRange(0, name.count), in: name.span)
                    switch kind {
                    case .hopByHop:
                        if answer.status == 426 { ResponseEncoder.appendUpgrade(name, value, to: &output) }
                        return
                    case .contentLength, .status, .sendfile, .accelRedirect, .accelBuffering, .accel: return
                    case .content where AnswerCoding.isIdentity(name, value): return
                    case .server: hasServer = true
                    case .date: hasDate = true
                    case .other where givesWay(name): return
                    default: if let coding, coding.holds(kind, name, value) { return }
                    }
                    ResponseEncoder.appendField(name, value, to: &output)
                }
            }
        }
        coding?.appendVary(to: &output)
        context.appendCommonFields(server: !hasServer, date: !hasDate, to: &output)
        appendIDField(to: &output)
    }
}

extension TrailerSection {
    /// The fields as a Swift application sees them.
    fileprivate var texts: [TrailerField] {
        fields.map { field in
            TrailerField(
                name: String(decoding: bytes[field.name.start..<field.name.end], as: UTF8.self),
                value: String(decoding: bytes[field.value.start..<field.value.end], as: UTF8.self))
        }
    }
}
