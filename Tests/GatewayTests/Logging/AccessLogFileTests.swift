import Syscalls
import Testing
@testable import Logs

@Suite("The file of the access log")
struct AccessLogFileTests {
    private func log(_ path: String) throws -> AccessLog {
        try AccessLog(path, format: LogFormat("%(refused_line)s"), worker: 1)
    }

    private func append(_ text: String, to log: AccessLog) {
        LoggedRequest(refused: Array(text.utf8)).with { log.append($0) }
    }

    @Test("A log that was renamed is opened anew, and nothing collected is lost")
    func reopened() throws {
        try withTemporaryFolder { folder in
            let log = try log(folder + "/access")
            append("first", to: log)
            try Files.rename(folder + "/access", to: folder + "/old")
            #expect(log.reopen() == nil)
            append("second", to: log)
            log.flush()
            #expect(Files.text(folder + "/old") == "first\n")
            #expect(Files.text(folder + "/access") == "second\n")
        }
    }

    @Test("A log that cannot be opened anew goes on as it was")
    func notReopened() throws {
        try withFolder("mkdir sub") { folder in
            let log = try log(folder + "/sub/access")
            try Files.rename(folder + "/sub", to: folder + "/moved")
            #expect(log.reopen() != nil)
            append("kept", to: log)
            log.flush()
            #expect(Files.text(folder + "/moved/access") == "kept\n")
        }
    }

    @Test("Lines that a full disk does not take are dropped, counted and complained about, not too often")
    func fullDisk() throws {
        let log = try log("/dev/full")
        #expect(log.takeComplaint(0) == nil)
        for text in ["a", "b", "c"] { append(text, to: log) }
        log.flush()
        let reason = "of the access log could not be written: No space left on device"
        #expect(log.takeComplaint(20_000) == "3 lines \(reason)")
        append("d", to: log)
        log.flush()
        #expect(log.takeComplaint(29_999) == nil)
        #expect(log.takeComplaint(30_000) == "1 line \(reason)")
        #expect(log.takeComplaint(50_000) == nil)
    }

    @Test("A file that somebody else could have put there is not opened for another user's processes")
    func owner() throws {
        try withFolder("touch mine; touch twice; ln twice thrice") { folder in
            let own = SystemProcess.effectiveUser
            #expect(throws: Never.self) { _ = try Files.openLog(folder + "/mine", ownedBy: own) }
            #expect(throws: SyscallError.self) { _ = try Files.openLog(folder + "/mine", ownedBy: own + 1) }
            #expect(throws: SyscallError.self) { _ = try Files.openLog(folder + "/twice", ownedBy: own) }
            #expect(throws: Never.self) { _ = try Files.openLog("/dev/null", ownedBy: own + 1) }
        }
    }
}
