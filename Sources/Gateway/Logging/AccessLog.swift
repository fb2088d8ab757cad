// One line for every request that was answered, in the combined format that every log reader knows. Lines are
// collected and written once a turn of the loop.

import GatewayInterface
import HTTP
import Octets
import Syscalls

/// Where requests are logged.
final class AccessLog {
    private let descriptor: LogDescriptor
    private var lines = ByteBuffer(capacity: 16_384)
    private var second = -1
    private var time = ByteBuffer(capacity: 32)

    /// - Parameter destination: A path, or `-` for stdout.
    init(_ destination: String) throws(SyscallError) {
        descriptor = try LogDescriptor(destination, dash: 1)
    }

    /// Opens the file anew, after it was renamed.
    ///
    /// - Returns: Why that failed.
    func reopen() -> String? {
        flush()
        return descriptor.reopen()
    }

    /// Writes what has been collected.
    func flush() {
        guard !lines.isEmpty else { return }
        descriptor.write(lines.bytes)
        lines.clear(keeping: 65_536)
    }

    /// `%(h)s - %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`
    ///
    /// - Parameters:
    ///   - environ: The encoded pairs of the request.
    ///   - status: Of the answer; 499 where the client left before it.
    ///   - bytes: Octets of the answer's body that were sent.
    func append(environ: UnsafeBufferPointer<UInt8>, status: Int, bytes: UInt64) {
        append("REMOTE_ADDR", of: environ, otherwise: "-")
        lines.append(" - - ")
        appendTime()
        lines.append(" \"")
        append("REQUEST_METHOD", of: environ, otherwise: "")
        lines.append(ASCII.space)
        append("REQUEST_URI", of: environ, otherwise: "")
        lines.append(ASCII.space)
        append("SERVER_PROTOCOL", of: environ, otherwise: "")
        finish(status: status, bytes: bytes)
        append("HTTP_REFERER", of: environ, otherwise: "-")
        lines.append("\" \"")
        append("HTTP_USER_AGENT", of: environ, otherwise: "-")
        lines.append("\"\n")
    }

    /// A line for a request that was refused before it was understood.
    ///
    /// - Parameter line: How the request began.
    func append(client: String, refused status: Int, line: UnsafeBufferPointer<UInt8>, bytes: UInt64) {
        lines.append(text: client.isEmpty ? "-" : client)
        lines.append(" - - ")
        appendTime()
        lines.append(" \"")
        if line.isEmpty { lines.append("-") } else { appendEscaped(line) }
        finish(status: status, bytes: bytes)
        lines.append("-\" \"-\"\n")
    }

    private func finish(status: Int, bytes: UInt64) {
        lines.append("\" ")
        lines.append(decimal: UInt64(status))
        lines.append(ASCII.space)
        lines.append(decimal: bytes)
        lines.append(" \"")
    }

    /// A quote, a backslash or anything outside visible ASCII is escaped: no request can forge a line.
    private func append(_ name: StaticString, of environ: UnsafeBufferPointer<UInt8>, otherwise: StaticString)
    {
        guard let value = NameValuePairs.value(of: name, in: environ), value.count > 0 else {
            return lines.append(otherwise)
        }
        appendEscaped(value)
    }

    private func appendEscaped(_ value: UnsafeBufferPointer<UInt8>) {
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte > 0x7E {
                lines.append("\\x")
                lines.append(hexadecimalDigit(byte >> 4))
                lines.append(hexadecimalDigit(byte & 15))
            } else {
                lines.append(byte)
            }
        }
    }

    private func hexadecimalDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 0x30 : value + 0x37 }

    /// `[22/Nov/2026:20:58:54 +0000]`
    private func appendTime() {
        let now = Clock.secondsSince1970()
        if now != second {
            second = now
            let date = HTTPDate.Components(secondsSince1970: now)
            time.clear()
            time.append("[")
            time.append(twoDigits: date.day)
            time.append("/")
            time.append(HTTPDate.months[date.month - 1])
            time.append("/")
            time.append(decimal: UInt64(date.year))
            for number in [date.hour, date.minute, date.second] {
                time.append(ASCII.colon)
                time.append(twoDigits: number)
            }
            time.append(" +0000]")
        }
        lines.append(time.bytes)
    }
}
