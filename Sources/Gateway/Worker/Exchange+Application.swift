// A Swift application's side of an exchange: the request as a value, and its answer as HTTP.

import Logging
import GatewayInterface
import HTTP
import Octets

extension Exchange {
    /// The request as a Swift application sees it. The body moves into it.
    func makeRequest() -> Request {
        let environ = environValue
        guard bodyCount > 0 else { return Request(environ: environ) }
        // RequestBody lets one thread at a time call the reader, and the exchange does not touch the spool any more.
        nonisolated(unsafe) let spool = takeBody()
        return Request(
            environ: environ,
            body: RequestBody(count: Int(bodyCount)) { limit in
                let front = try spool.front()
                let bytes = Array(front.prefix(limit))
                spool.consume(bytes.count)
                return bytes
            })
    }

    /// Answers with a Swift application's response; its fields are held to the same rules as any application's.
    func respond(_ answer: Response) {
        accountAnswer()
        guard let connection else { return context.giveBack(self) }
        guard answer.isValid else {
            context.log.error("\(mention): the application's status or a field is malformed")
            return fail(status: 502, "The application did not give a valid answer.")
        }
        response.status = answer.status
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        let framing = ResponseFraming.choose(
            status: answer.status, length: UInt64(answer.body.count), minorVersion: minorVersion,
            isHead: isHead)
        connection.write { output in
            ResponseEncoder.appendStatusLine(answer.status, to: &output)
            var hasServer = false
            var hasDate = false
            for field in answer.fields {
                var (name, value) = field
                name.withUTF8 { name in
                    value.withUTF8 { value in
                        switch CGIFieldName.recognise(ByteRange(0, name.count), in: name.span) {
                        case .hopByHop, .contentLength, .status, .sendfile, .accelRedirect,
                            .accelBuffering, .accel:
                            return
                        case .server: hasServer = true
                        case .date: hasDate = true
                        case .other where givesWay(name): return
                        default: break
                        }
                        ResponseEncoder.appendField(name, value, to: &output)
                    }
                }
            }
            context.appendCommonFields(server: !hasServer, date: !hasDate, to: &output)
            appendIDField(to: &output)
            ResponseEncoder.appendEnd(
                framing: framing, keepsAlive: response.keepsAlive, minorVersion: minorVersion, to: &output)
        }
        if case .length = framing, !isHead {
            response.bodyBytesSent = UInt64(answer.body.count)
            answer.body.withUnsafeBufferPointer { connection.write($0) }
        }
        log(status: answer.status)
        connection.finished(keepsAlive: response.keepsAlive)
    }
}
