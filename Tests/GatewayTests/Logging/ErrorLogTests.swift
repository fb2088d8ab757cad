import Octets
import Syscalls
import Testing

@testable import Gateway

@Suite("The error log")
struct ErrorLogTests {
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
