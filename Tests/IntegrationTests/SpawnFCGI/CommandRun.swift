import Syscalls
import Testing

/// One call of spawn-fcgi, or of ours, with everything that came of it.
final class CommandRun {
    let folder: TemporaryFolder
    let process: StartedProcess
    private let marker: String
    private let output: OwnedDescriptor
    private let errors: OwnedDescriptor
    private let stays: Bool

    /// - Parameter stays: Whether it becomes the process that it starts, so that its end is not waited for.
    init(
        _ command: [String], folder: TemporaryFolder, stays: Bool = false, environment: [String] = []
    ) throws {
        self.folder = folder
        self.stays = stays
        marker = "GATEWAY_TEST=spawn-\(folder.path)"
        output = try Files.temporary(in: "/tmp")
        errors = try Files.temporary(in: "/tmp")
        process = try StartedProcess(
            command, environment: [marker, "PROBED=yes"] + environment, directory: folder.path,
            output: output.number, errors: errors.number)
    }

    var said: String { (try? TextFile.read(output)) ?? "" }
    var complained: String { (try? TextFile.read(errors)) ?? "" }
    var tree: ProcessTree { get throws { try ProcessTree(marker: marker) } }

    /// The pids that the output names.
    var spawned: [ProcessID] { pids(after: "spawned successfully: PID: ") }
    /// The pid of the supervisor, where the output names one.
    var supervisor: ProcessID? { pids(after: "watching from PID: ").first }

    private func pids(after text: String) -> [ProcessID] {
        said.lines.compactMap { line in
            line.split(separator: text).dropFirst().first.flatMap { ProcessID($0) }
        }
    }

    /// What the processes have written, by pid.
    func reports() throws -> [ProcessID: String] {
        let paths = try run("find", folder.path, "-name", "report.*", "!", "-name", "*.new").lines
        let pairs = paths.compactMap { path in
            path.split(separator: ".").last.flatMap { ProcessID($0) }.map { ($0, TextFile.read(path)) }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Waits until everything that is to happen has happened.
    func observe(_ program: String) throws -> [Aspect: String] {
        try eventually("it has ended, or its process has reported") {
            if process.status != nil { return true }
            return try stays && !reports().isEmpty
        }
        try eventually("all processes have reported: \(said)") {
            // One that ends at once may be said to have been spawned, on a busy machine, and reports nothing.
            let found = try reports()
            return found.count >= spawned.count
                || spawned.allSatisfy { found[$0] != nil || ProcessTree.hasEnded($0) }
        }
        let found = try reports()
        let pids = Set(Set(found.keys).union(spawned).map { "\($0)"[...] })
        let plain: (String) -> String = { [folder] text in
            text.replacing("\(program): ", with: "spawn-fcgi: ").replacing(folder.path, with: "@")
                .replacing(#/[0-9]+/#) { pids.contains($0.output) ? "PID" : $0.output }
        }
        let listing = try run(
            "find", folder.path, "-mindepth", "1", "!", "-name", "report*", "-printf", "%P %y %m %U %G\n")
        return [
            .code: process.status.map { "\($0)" } ?? "runs", .output: plain(said), .errors: plain(complained),
            .files: listing.lines.sorted().joined(separator: "\n") + plain(TextFile.read(folder / "pid")),
            .reports: found.values.map { $0.replacing(folder.path, with: "@") }.sorted().joined(
                separator: "\n"),
        ]
    }

    /// Ends whatever is still there, and waits for that: the port that it listens on is the next one's.
    func discard() {
        process.kill()
        // A supervisor would replace what is ended before it.
        let entries = ((try? tree.entries) ?? []).sorted { $0.startedAt < $1.startedAt }.map(\.pid)
        // Those that were started with another environment are known by their program, in a folder of this run's.
        let others = ((try? reports().keys).map(Array.init) ?? []) + spawned
        let rest = entries + others.filter(isOurs)
        for pid in rest { ChildProcess.signal(pid, .kill) }
        let deadline = Deadline(seconds: 60)
        while !rest.allSatisfy(ProcessTree.hasEnded), !deadline.isOver { pause(milliseconds: 2) }
    }

    private func isOurs(_ pid: ProcessID) -> Bool {
        Files.absolutePath("/proc/\(pid)/exe")?.hasPrefix(folder.path + "/") == true
    }
}
