import GatewayInterface
import Octets
import Syscalls
import Testing

@testable import Gateway

@Suite("Logs")
struct LogTests {
    /// The lines of an access log after `write`, without their times.
    private func lines(_ write: (AccessLog) -> Void) throws -> [String] {
        try withTemporaryFolder { folder in
            let log = try AccessLog(folder + "/access")
            write(log)
            log.flush()
            let text = Files.text(folder + "/access") ?? ""
            #expect(text.isEmpty || text.hasSuffix("\n"))
            return text.split(separator: "\n").map { line in
                let (open, close) = (line.firstIndex(of: "[")!, line.firstIndex(of: "]")!)
                #expect(line[open...close].utf8.count == 28)
                return "\(line[..<open])T\(line[line.index(after: close)...])"
            }
        }
    }

    private func environ(_ pairs: [(StaticString, String)]) -> [UInt8] {
        var buffer = ByteBuffer()
        for (name, value) in pairs { buffer.appendPair(name, text: value) }
        return Array(buffer.bytes)
    }

    @Test("A request is one line in the combined format")
    func combined() throws {
        let environ = environ([
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/a?b"), ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REMOTE_ADDR", "192.0.2.7"),
            ("HTTP_REFERER", "http://a/"), ("HTTP_USER_AGENT", "test 1.0"),
        ])
        let lines = try lines { log in
            environ.withUnsafeBufferPointer { log.append(environ: $0, status: 200, bytes: 12) }
            environ.withUnsafeBufferPointer { log.append(environ: $0, status: 499, bytes: 0) }
            log.append(client: "::1", refused: 400, line: UnsafeBufferPointer(start: nil, count: 0), bytes: 7)
            log.append(client: "", refused: 408, line: UnsafeBufferPointer(start: nil, count: 0), bytes: 0)
        }
        #expect(
            lines == [
                "192.0.2.7 - - T \"GET /a?b HTTP/1.1\" 200 12 \"http://a/\" \"test 1.0\"",
                "192.0.2.7 - - T \"GET /a?b HTTP/1.1\" 499 0 \"http://a/\" \"test 1.0\"",
                "::1 - - T \"-\" 400 7 \"-\" \"-\"",
                "- - - T \"-\" 408 0 \"-\" \"-\"",
            ])
    }

    @Test("No request can forge a line or a field of one")
    func forged() throws {
        let environ = environ([
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/\"\\"), ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REMOTE_ADDR", ""),
            ("HTTP_REFERER", "a\"\n10.0.0.1 - - [forged]"), ("HTTP_USER_AGENT", "\u{1B}[2J\t\u{7F}é"),
        ])
        let lines = try lines { log in
            environ.withUnsafeBufferPointer { log.append(environ: $0, status: 200, bytes: 1) }
        }
        #expect(
            lines == [
                #"- - - T "GET /\x22\x5C HTTP/1.1" 200 1 "a\x22\x0A10.0.0.1 - - [forged]" "\x1B[2J\x09\x7F\xC3\xA9""#
            ])
    }

    @Test("A log that was renamed is opened anew, and nothing collected is lost")
    func reopened() throws {
        try withTemporaryFolder { folder in
            let log = try AccessLog(folder + "/access")
            log.append(
                client: "first", refused: 400, line: UnsafeBufferPointer(start: nil, count: 0), bytes: 0)
            try Files.rename(folder + "/access", to: folder + "/old")
            #expect(log.reopen() == nil)
            log.append(
                client: "second", refused: 400, line: UnsafeBufferPointer(start: nil, count: 0), bytes: 0)
            log.flush()
            #expect(Files.text(folder + "/old")?.hasPrefix("first ") == true)
            #expect(Files.text(folder + "/access")?.hasPrefix("second ") == true)
        }
    }

    @Test("A log that cannot be opened anew goes on as it was")
    func notReopened() throws {
        try withFolder("mkdir sub") { folder in
            let log = try AccessLog(folder + "/sub/access")
            try Files.rename(folder + "/sub", to: folder + "/moved")
            #expect(log.reopen() != nil)
            log.append(
                client: "kept", refused: 400, line: UnsafeBufferPointer(start: nil, count: 0), bytes: 0)
            log.flush()
            #expect(Files.text(folder + "/moved/access")?.hasPrefix("kept ") == true)
        }
    }

    @Test("A message is one line with its process, its level and its role, and no control character")
    func errorLog() throws {
        try withTemporaryFolder { folder in
            let log = try ErrorLog(folder + "/error", level: .warning)
            log.write("error", pid: 41, role: "worker 2", "a\nb\u{1B}[2J\tc\u{7F}é")
            log.logger("master").info("too unimportant")
            log.logger("master").critical("halt")
            let lines = (Files.text(folder + "/error") ?? "").split(separator: "\n").map {
                String($0.dropFirst(28))
            }
            #expect(
                lines == [
                    "[41] [error] worker 2: a?b?[2J\tc?é", "[\(SystemProcess.id)] [critical] master: halt",
                ])
        }
    }

    @Test(
        "Times of the error log",
        arguments: [(0, "1970-01-01 00:00:00"), (1_709_251_199, "2024-02-29 23:59:59")])
    func time(_ seconds: Int, _ text: String) {
        var line = ByteBuffer()
        LogTime.append(seconds, to: &line)
        #expect(String(decoding: line.bytes, as: UTF8.self) == text)
    }
}
