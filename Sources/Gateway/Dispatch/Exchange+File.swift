import GatewayInterface
import HTTP
import Octets

extension Exchange {
    /// Answers with a file of the site, sent by the kernel without a copy through this process.
    func send(_ file: OutgoingFile, type: StaticString, modified: Int) {
        guard let connection else { return context.giveBack(self) }
        guard isHead || isGet else {
            return fail(status: 405, "A file can only be read.", allow: "GET, HEAD")
        }
        response.status = 200
        response.isHeadSent = true
        if context.isDraining { response.keepsAlive = false }
        connection.write { output in
            ResponseEncoder.appendStatusLine(200, to: &output)
            context.appendCommonFields(server: true, date: true, to: &output)
            output.append("Content-Type: ")
            output.append(type)
            output.append("\r\nLast-Modified: ")
            HTTPDate.append(secondsSince1970: max(0, modified), to: &output)
            output.append("\r\n")
            ResponseEncoder.appendEnd(
                framing: .length(UInt64(file.remaining)), keepsAlive: response.keepsAlive,
                minorVersion: minorVersion, to: &output)
        }
        if !isHead, file.remaining > 0 {
            response.bodyBytesSent = UInt64(file.remaining)
            connection.send(file)
        }
        log(status: 200)
        connection.finished(keepsAlive: response.keepsAlive)
    }

    private var isGet: Bool {
        guard let method = NameValuePairs.value(of: "REQUEST_METHOD", in: environ.bytes) else { return false }
        return method.equals("GET")
    }
}
