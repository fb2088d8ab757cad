// Requests that are none, and those that come to nothing: what the client is told, and what the log is told.

import HTTP
import Logs
import Octets

extension Connection {
    /// Answers a request that is not one, and reads no further request from this connection.
    ///
    /// - Parameter bytes: Where it begins.
    func refuse(_ error: RequestError, _ bytes: UnsafeBufferPointer<UInt8>) {
        context.door.idle.leave(self)
        let exchange = self.exchange ?? context.takeExchange(for: self)
        self.exchange = exchange
        phase = .responding
        mustLinger = true
        exchange.refusedLine.append(Self.firstLine(bytes))
        // Whether a request that was not understood asks for no body is in its first line.
        if parser.hasRequestLine, head.isHead { exchange.leavesBodyOut() }
        exchange.refuse(error)
    }

    /// The client has gone and has left the beginning of a request.
    func leftInHead() {
        let line = Self.firstLine(input.bytes)
        guard line.count > 0 else { return }
        let exchange = context.takeExchange(for: self)
        exchange.refusedLine.append(line)
        guard isEvicted else { return exchange.clientLeft() }
        exchange.account.ending = .gateway
        exchange.clientLeft(status: 503)
    }

    /// How a request begins, for the log.
    private static func firstLine(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let line = bytes.prefix(200).prefix { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }
        return UnsafeBufferPointer(rebasing: line)
    }

    /// Says why the connection ends, in the gateway's words, where no exchange is there to answer. Then it ends.
    func endSaying(_ error: RequestError) {
        let text = error.explanation
        write { output in
            ResponseEncoder.appendStatusLine(error.status, to: &output)
            context.appendCommonFields(server: true, date: true, to: &output)
            if error == .overloaded { output.append("Retry-After: 1\r\n") }
            output.append("Content-Type: text/plain; charset=utf-8\r\n")
            ResponseEncoder.appendEnd(
                framing: .length(UInt64(text.utf8.count + 1)), keepsAlive: false, minorVersion: 1, to: &output
            )
            output.append(text: text)
            output.append("\n")
        }
        phase = .lingering
        mustLinger = true
        flush()
    }
}
