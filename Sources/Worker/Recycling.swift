import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

/// When a worker asks to be replaced. It asks once, and serves on until it is told to leave.
final class Recycling {
    private let worker: Int
    private let scoreboard: Scoreboard
    private let doorbells: Doorbells
    private let log: Logger
    /// Requests, with this worker's share of chance: workers that were started together do not leave together.
    private let requestLimit: UInt64
    private let memoryLimit: UInt64
    private var nextLook: UInt64 = 0
    private var hasAsked = false

    init(_ plan: WorkerPlan, log: Logger) {
        worker = plan.index
        scoreboard = plan.scoreboard
        doorbells = plan.doorbells
        self.log = log
        let (limit, jitter) = (plan.settings.maxRequests, plan.settings.maxRequestsJitter)
        requestLimit = limit > 0 ? UInt64(limit) + UInt64(Int.random(in: 0...max(0, jitter))) : .max
        memoryLimit = plan.settings.maxWorkerMemory > 0 ? UInt64(plan.settings.maxWorkerMemory) : .max
    }

    /// Looks at what has been used up. Called about ten times a second.
    func sweep(_ now: UInt64) {
        if now >= nextLook {
            nextLook = now + 1000
            let memory = UInt64(SystemProcess.residentMemory)
            scoreboard.setMemory(memory, worker: worker)
            if memory > memoryLimit {
                ask(.memory, "\(memory) octets of memory are more than \(memoryLimit) (--max-worker-memory)")
            }
        }
        let requests = scoreboard.requests(worker: worker)
        if requests >= requestLimit { ask(.requests, "\(requests) requests are answered (--max-requests)") }
    }

    /// Asks the master for a successor.
    func ask(_ reason: ReplacementReason, _ explanation: String) {
        guard !hasAsked else { return }
        hasAsked = true
        // The one is routine, the other a fault of the application.
        log.log(level: reason == .threads ? .critical : .info, "\(explanation): asking to be replaced")
        scoreboard.setWantsReplacement(reason, worker: worker)
        doorbells.ringMaster()
    }
}
