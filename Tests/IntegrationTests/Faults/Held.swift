// What a test holds, so that whoever waits for it would stand still: a file by a lease, the end of a process by a tracer. It is
// held until the test lets go of it.

import Syscalls
import Testing

/// Holds that tests set.
enum Held {
    /// Seconds within which whoever waits for nobody has done what is asked of it. It is no measure of speed, for the machine may be
    /// busy with other things; it is less than any wait for what is held: 10 s for the start of a process, 45 s for a lease.
    static let patience = 5

    /// Starts a helper, and waits until it says that it has what it is to hold.
    static func by(_ script: String, _ subject: String, in folder: TemporaryFolder) throws -> StartedProcess {
        try #require(try ifPossible(script, subject, in: folder), "\(script) could not hold \(subject)")
    }

    /// The same; `nil` where what is to be held has gone.
    static func ifPossible(
        _ script: String, _ subject: String, in folder: TemporaryFolder
    ) throws -> StartedProcess? {
        let mark = folder / "held-\(Clock.monotonicMilliseconds())"
        let helper = try StartedProcess(["python3", Build.application(script), subject, mark])
        try eventually("\(script) holds \(subject), or ends") {
            helper.status != nil || Files.status(mark) != nil
        }
        return Files.status(mark) != nil ? helper : nil
    }

    /// A child of a process that has not come to its program: it still has the command line of its parent.
    static func start(of parent: ProcessID) throws -> ProcessID? {
        let command = TextFile.read("/proc/\(parent)/cmdline")
        let children = try outcome(of: ["pgrep", "-P", "\(parent)"]).output.lines
        return children.compactMap { ProcessID($0) }.first {
            TextFile.read("/proc/\($0)/cmdline") == command
        }
    }
}
