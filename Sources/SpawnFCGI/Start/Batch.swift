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
        /// Those among them of which it is not known yet whether they come to run.
        var launches: [Launch] = []
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
    private let voice: Voice

    /// - Parameter keepsOutput: Whether the processes write where this one does; otherwise nobody reads them.
    init(
        _ program: Program, listener: CInt, _ voice: Voice, keepsOutput: Bool = false
    ) throws(Complaint) {
        self.program = program
        self.voice = voice
        do throws(SyscallError) {
            // Open as long as this process lives: one that is replaced gets it too.
            let null = keepsOutput ? nil : try Descriptor.openNull().relinquish()
            descriptors = [listener, null ?? 1, null ?? 2]
        } catch {
            throw Complaint("couldn't open and redirect stdout/stderr to '/dev/null': \(error.reason)")
        }
    }

    /// Forks one process.
    func begin() throws(SpawnError) -> Launch {
        Launch(try ChildProcess.begin(program, descriptors: descriptors))
    }

    /// Starts all, and says of each what became of it.
    ///
    /// - Parameter patience: Milliseconds in which they have to run their program. Where somebody watches, what stands still
    ///   longer is handed over; otherwise it is killed.
    /// - Throws: What is wrong with the surroundings, where the first finds it out.
    func start(_ count: Int, pids: PIDList?, isWatched: Bool = false) throws(Complaint) -> Outcome {
        let patience = isWatched ? 1000 : UInt64(ChildProcess.startPatience)
        let deadline = Clock.monotonicMilliseconds() + patience
        var started: [Result<(launch: Launch, time: UInt64), SpawnError>] = []
        for index in 0..<count {
            do throws(SpawnError) {
                let launch = try begin()
                started.append(.success((launch, Clock.monotonicMilliseconds())))
                // Before others find out the same.
                if index == 0 { try launch.settle(until: deadline, kills: !isWatched) }
            } catch {
                guard index > 0 || error.step == .exec else { throw error.complaint(program) }
                if index == 0, !started.isEmpty { started.removeLast() }
                started.append(.failure(error))
            }
        }
        var outcome = Outcome()
        for (index, start) in started.enumerated() {
            do throws(SpawnError) {
                let (launch, time) = try start.get()
                try launch.settle(until: deadline, kills: !isWatched)
                let age = Clock.monotonicMilliseconds() - time
                let rest = Self.probation > age ? CInt(Self.probation - age) : 0
                if let status = try? ChildProcess.end(of: launch.pid, within: rest) {
                    outcome.ended(status, voice)
                } else {
                    voice.say("\(SpawnFCGI.name): child spawned successfully: PID: \(launch.pid)\n")
                    pids?.add(launch.pid, hasSuccessor: index + 1 < count)
                    outcome.processes.append(launch.pid)
                    if !launch.isSettled { outcome.launches.append(launch) }
                }
            } catch {
                outcome.failed(error, program, voice)
            }
        }
        return outcome
    }
}

extension Batch.Outcome {
    /// A process could not be started.
    fileprivate mutating func failed(_ error: SpawnError, _ program: Program, _ voice: Voice) {
        let complaint = error.complaint(program)
        voice.warn(complaint.message)
        if error.step == .exec {
            ended(.exited(Int(error.code)), voice)
        } else {
            code = complaint.code
            processes.append(nil)
        }
    }

    /// A process ended while it was looked at.
    fileprivate mutating func ended(_ status: ExitStatus, _ voice: Voice) {
        processes.append(nil)
        switch status {
        case .exited(let number):
            voice.warn("child exited with: \(number)")
            code = Int32(number)
            if number == 0 { hasLeftWell = true }
        case .signalled(let number):
            voice.warn("child signaled: \(number)")
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
        case .directory: Complaint("chdir('\(program.directory ?? "")') failed: \(reason)\(culprit(program))")
        case .exec where self == .late: Complaint("exec failed: \(explanation(of: program))", code: code)
        case .exec: Complaint("exec failed: \(reason)\(culprit(program))", code: code)
        }
    }

    /// The folder or the interpreter that is to blame, where it is not what the call names.
    private func culprit(_ program: Program) -> String {
        hasCulprit ? " (\(explanation(of: program)))" : ""
    }
}
