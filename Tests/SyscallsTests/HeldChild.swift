import Syscalls
import Testing

/// A forked child that has done something, has answered with a number, and stays to be looked at.
final class HeldChild {
    /// The child, alive until ``end()``.
    let pid: ProcessID
    /// What `body` returned in the child; `nil` where it ended before.
    private(set) var answer: Int?
    private var hasEnded = false

    /// Forks. In the child only this thread exists, so that `body` does no more than the test is about.
    init(_ body: () -> Int) throws {
        let memory = try SharedMemory(count: 64)
        let hold = try Pipe(readsWithoutBlocking: false)
        let ready = try Pipe(readsWithoutBlocking: false)
        let (input, output, base) = (hold.readEnd.number, ready.writeEnd.number, memory.base)
        pid = try Self.forked {
            base.storeBytes(of: body(), as: Int.self)
            EventDescriptor.raise(output)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) {
                _ = Descriptor.read(input, into: $0)
            }
        }
        let end = ready.intoReadEnd()
        answer = try Shell.receive(end.number) == nil ? nil : base.load(as: Int.self)
        withExtendedLifetime((memory.base, hold.writeEnd.number)) {}
    }

    /// Forks in a function that owns nothing: where a branch never returns, the compiler lets go of what its function
    /// owns as soon as the branch begins.
    static func forked(_ body: () -> Void) throws -> ProcessID {
        // What is made once is made now: the child would wait for ever for a thread that was about to make it.
        _ = (UserIdentity.stranger, CommandLine.arguments, SystemProcess.environment)
        let pid = try ChildProcess.fork(diesWithParent: true)
        if pid == 0 {
            body()
            SystemProcess.exitImmediately(0)
        }
        return pid
    }

    /// A file of the child's folder in /proc.
    func file(_ name: String) -> String { Files.text("/proc/\(pid)/\(name)") ?? "" }

    /// Kills the child.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        ChildProcess.signal(pid, .kill)
        ChildProcess.wait(pid)
    }

    deinit { end() }
}

/// What `/proc/PID/status` tells of who a process is.
struct Credentials: Equatable {
    var users: [Substring] = []
    var groups: [Substring] = []
    var supplementary: [Substring] = []
    var capabilities: [Substring] = []

    init(_ status: String) {
        for line in status.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            switch parts.first {
            case "Uid:": users = Array(parts.dropFirst())
            case "Gid:": groups = Array(parts.dropFirst())
            case "Groups:": supplementary = Array(parts.dropFirst())
            case "CapInh:", "CapPrm:", "CapEff:", "CapAmb:": capabilities.append(parts[1])
            default: break
            }
        }
    }

    /// Those of an identity without a way back.
    init(_ identity: UserIdentity) {
        users = Array(repeating: "\(identity.user)", count: 4)
        groups = Array(repeating: "\(identity.group)", count: 4)
        supplementary = identity.groups.map { "\($0)" }
        capabilities = Array(repeating: "0000000000000000", count: 4)
    }
}

extension UserIdentity {
    /// A user with few rights, whether there is an account or not.
    static let stranger = UserIdentity(
        name: "stranger", user: 65_534, group: 65_533, groups: [65_533, 60_001, 7])
}
