// The processes of one socket, started one after the other. Each is given a tenth of a second to show that it does not end at once:
// what is wrong with an application mostly shows by then, and whoever started it is still there to hear of it.

import Syscalls

/// A number of processes of one program.
struct Batch {
    /// What came of a start.
    struct Outcome {
        /// 0, or what the last process that failed has to say.
        var code: Int32 = 0
        /// The processes that run; `nil` in the place of one that does not.
        var processes: [ProcessID?] = []
        /// Whether a process has ended and said that all is well, as one does that has put its work into the background.
        var hasLeftWell = false

        /// Whether one runs.
        var hasProcess: Bool { processes.contains { $0 != nil } }
        /// Whether nothing came of it.
        var isFailure: Bool { !hasProcess && !hasLeftWell }
    }

    private static let probation: CInt = 100
    private let program: Program
    private let descriptors: [CInt]

    /// - Parameter keepsOutput: Whether the processes write where this one does; otherwise nobody reads them.
    init(_ program: Program, listener: CInt, keepsOutput: Bool = false) throws(Complaint) {
        self.program = program
        do throws(SyscallError) {
            // Open as long as this process lives: one that is replaced gets it too.
            let null = keepsOutput ? nil : try Descriptor.openNull().relinquish()
            descriptors = [listener, null ?? 1, null ?? 2]
        } catch {
            throw Complaint("couldn't open and redirect stdout/stderr to '/dev/null': \(error.reason)")
        }
    }

    /// Starts one process.
    func startOne() throws(SpawnError) -> ProcessID {
        try ChildProcess.start(program, descriptors: descriptors)
    }

    /// Starts all, and says of each what became of it.
    ///
    /// - Throws: What is wrong with the surroundings, where the first finds it out.
    func start(_ count: Int, pids: PIDList?) throws(Complaint) -> Outcome {
        var outcome = Outcome()
        for left in (0..<count).reversed() {
            do throws(SpawnError) {
                let pid = try startOne()
                if let status = try? ChildProcess.end(of: pid, within: Self.probation) {
                    outcome.ended(status)
                    continue
                }
                SpawnFCGI.say("\(SpawnFCGI.name): child spawned successfully: PID: \(pid)\n")
                pids?.add(pid, hasSuccessor: left > 0)
                outcome.processes.append(pid)
            } catch {
                let complaint = error.complaint(program)
                if error.step != .exec, outcome.processes.isEmpty { throw complaint }
                complaint.tell()
                if error.step == .exec {
                    outcome.ended(.exited(Int(error.code)))
                } else {
                    outcome.code = complaint.code
                    outcome.processes.append(nil)
                }
            }
        }
        return outcome
    }
}

extension Batch.Outcome {
    /// A process ended while it was looked at.
    fileprivate mutating func ended(_ status: ExitStatus) {
        processes.append(nil)
        switch status {
        case .exited(let number):
            Complaint.warn("child exited with: \(number)")
            code = Int32(number)
            if number == 0 { hasLeftWell = true }
        case .signalled(let number):
            Complaint.warn("child signaled: \(number)")
            code = 1
        }
    }
}

extension SpawnError {
    /// What this means for whoever started `program`.
    func complaint(_ program: Program) -> Complaint {
        switch step {
        case .fork: Complaint("fork failed: \(reason)")
        case .root: Complaint("chroot('\(program.root ?? "")') failed: \(reason)")
        case .identity: Complaint("cannot become user \(program.identity?.name ?? ""): \(reason)")
        case .directory: Complaint("chdir('\(program.directory ?? "")') failed: \(reason)")
        case .exec: Complaint("exec failed: \(reason)", code: code)
        }
    }
}
