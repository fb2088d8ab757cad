// Which processes belong to a gateway is asked of the system, never of the gateway. Each is started with a
// variable of its own in its environment, which everything inherits that it starts: so orphans are found as
// well.

import Syscalls
import Testing

/// The processes of one gateway.
struct ProcessTree {
    struct Entry: Hashable {
        let pid: ProcessID
        let parent: ProcessID
        /// Clock ticks since the system started.
        let startedAt: Int
        /// The file that it runs.
        let program: String
    }

    let entries: [Entry]
    private let program: String

    /// - Parameters:
    ///   - marker: The variable, as `NAME=value`.
    ///   - program: The file that the gateway runs.
    init(marker: String, program: String = Build.gateway) throws {
        self.program = program
        // grep cannot read what ended meanwhile, and says so; it finds itself only if the marker is in its
        // own environment, which it is not.
        let found = try outcome(of: ["sh", "-c", "grep -lsaz '^\(marker)$' /proc/[0-9]*/environ"]).output
        entries = found.lines.compactMap { line in
            line.split(separator: "/").dropFirst().first.flatMap { ProcessID($0) }.flatMap(Self.entry)
        }
    }

    private static func entry(_ pid: ProcessID) -> Entry? {
        guard let stat = Files.text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else {
            return nil
        }
        // Behind the name: the state is field 3, the parent 4, the start 22.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", let parent = ProcessID(fields[1]),
            let start = Int(fields[19])
        else { return nil }
        return Entry(
            pid: pid, parent: parent, startedAt: start, program: Files.absolutePath("/proc/\(pid)/exe") ?? "")
    }

    /// Whether a process is gone, or has only its end left to be told.
    static func hasEnded(_ pid: ProcessID) -> Bool { entry(pid) == nil }

    /// Processes of the gateway's own program that `master` started: the guardian first, then the workers.
    private func forks(of master: ProcessID) -> [Entry] {
        entries.filter { $0.parent == master && $0.program == program }
            .sorted { ($0.startedAt, $0.pid) < ($1.startedAt, $1.pid) }
    }

    func guardian(of master: ProcessID) -> ProcessID? { forks(of: master).first?.pid }
    func workers(of master: ProcessID) -> [ProcessID] { forks(of: master).dropFirst().map(\.pid) }

    func applications(of master: ProcessID) -> [ProcessID] {
        entries.filter { $0.parent == master && $0.program != program }.map(\.pid)
    }
}
