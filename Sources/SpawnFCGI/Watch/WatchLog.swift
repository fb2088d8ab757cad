import Syscalls

/// What the supervisor has to say, a line for each event. It waits for nobody who reads it: the processes are to be replaced
/// all the same.
final class WatchLog {
    private let path: String?
    private let file: LogOutput?
    /// Opened when it is first used: in the background, stderr has become something else by then.
    private lazy var standard = LogOutput(2)
    private var output: LogOutput { file ?? standard }

    /// - Parameters:
    ///   - path: `nil` for stderr.
    ///   - user: Whose links are not followed on the way.
    init(_ path: String?, distrusting user: UInt32?) throws(Complaint) {
        self.path = path
        guard let path else {
            file = nil
            return
        }
        let users = Set([user ?? 0].filter { $0 != 0 && SystemProcess.isRoot })
        do throws(SyscallError) {
            file = LogOutput(try Files.openLog(path, distrusting: users), edge: try LogEdge())
        } catch {
            throw Complaint("cannot write the log '\(path)' (--log): \(error.reason)")
        }
    }

    /// Without a file, goes on with what is written already.
    func adopt(_ errors: LogOutput?) { if file == nil, let errors { standard = errors } }

    /// `[2026-11-22 20:58:54 +0000] [4711] spawn-fcgi: …`
    func say(_ message: String) {
        tellLoss()
        // A full disk is no reason to end what works.
        Self.line(message).withUnsafeBufferPointer { output.write($0) }
    }

    /// Writes what waits for a reader.
    ///
    /// - Returns: Whether nothing waits any more.
    func flush() -> Bool {
        let isEmpty = output.flush()
        tellLoss()
        return isEmpty
    }

    /// The supervisor ends.
    func finish() { output.finish() }

    private func tellLoss() {
        output.tellLoss { loss in
            let count = "\(loss.lines) line\(loss.lines == 1 ? "" : "s")"
            guard let error = loss.error else {
                return Self.line(
                    "\(count) \(loss.lines == 1 ? "was" : "were") lost because nobody read this log")
            }
            return Self.line("\(count) of this log could not be written: \(error.reason)")
        }
    }

    private static func line(_ message: String) -> [UInt8] {
        Array("[\(Clock.calendarTime())] [\(SystemProcess.id)] \(SpawnFCGI.name): \(message)\n".utf8)
    }
}
