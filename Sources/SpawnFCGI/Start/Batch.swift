// The processes of one socket, started together. Each has a tenth of a second to show that it does not end at
// once: what is wrong with an application mostly shows by then, and whoever started it is still there to hear
// of it.

import Syscalls

/// A number of processes of one program.
struct Batch {
    /// What came of a start.
    struct Outcome {
        /// 0, or what the last process that failed has to say.
        var code: Int32 = 0
        /// The processes that run; `nil` in the place of one that does not.
        var processes: [ProcessID?] = []
        /// Whether a process has ended and said that all is well, as one does that has put its work into the
        /// background.
        var hasLeftWell = false

        /// Whether one runs.
        var hasProcess: Bool { processes.contains { $0 != nil } }
        /// Whether nothing came of it.
        var isFailure: Bool { !hasProcess && !hasLeftWell }
    }

    private static let probation: UInt64 = 100
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
        var started: [Result<(pid: ProcessID, time: UInt64), SpawnError>] = []
        for index in 0..<count {
            do throws(SpawnError) {
                started.append(.success((try startOne(), Clock.monotonicMilliseconds())))
            } catch {
                guard index > 0 || error.step == .exec else { throw error.complaint(program) }
                started.append(.failure(error))
            }
        }
        var outcome = Outcome()
        for (index, start) in started.enumerated() {
            switch start {
            case .failure(let error): outcome.failed(error, program)
            case .success(let (pid, time)):
                let age = Clock.monotonicMilliseconds() - time
                let rest = Self.probation > age ? CInt(Self.probation - age) : 0
                if let status = try? ChildProcess.end(of: pid, within: rest) {
                    outcome.ended(status)
                } else {
                    SpawnFCGI.say("\(SpawnFCGI.name): child spawned successfully: PID: \(pid)\n")
                    pids?.add(pid, hasSuccessor: index + 1 < count)
                    outcome.processes.append(pid)
                }
            }
        }
        return outcome
    }
}

extension Batch.Outcome {
    /// A process could not be started.
    fileprivate mutating func failed(_ error: SpawnError, _ program: Program) {
        let complaint = error.complaint(program)
        complaint.tell()
        if error.step == .exec {
            ended(.exited(Int(error.code)))
        } else {
            code = complaint.code
            processes.append(nil)
        }
    }

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
