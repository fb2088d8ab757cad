import Logging
import Syscalls

/// The processes of one application, in one generation. The master runs it.
final class ApplicationPool {
    let context: MasterContext
    let settings: Settings
    let plan: ApplicationPlan
    /// Its index in the scoreboard.
    let index: Int
    private(set) var processes: [ApplicationProcess] = []
    private let scriptFile: ScriptFile?
    private let externalSlots: [Int]

    var name: String { plan.name }
    var program: Program { plan.program! }
    /// The script that the program reads from descriptor 3.
    var script: CInt? { scriptFile?.number }

    /// - Parameters:
    ///   - index: A pool index that nobody uses.
    ///   - slots: Slots that nobody uses, as many as ``slotCount(_:)`` says.
    init(
        _ plan: ApplicationPlan, settings: Settings, context: MasterContext, index: Int, slots: [Int]
    ) throws(SyscallError) {
        self.plan = plan
        self.settings = settings
        self.context = context
        self.index = index
        scriptFile = try plan.script.map { text throws(SyscallError) in try ScriptFile(text) }
        guard plan.program != nil else {
            externalSlots = slots
            return
        }
        externalSlots = []
        for number in 0..<plan.processes {
            let own = Array(slots[number * plan.slotsPerProcess..<(number + 1) * plan.slotsPerProcess])
            processes.append(try ApplicationProcess(number: number + 1, slots: own, pool: self))
        }
    }

    static func slotCount(_ plan: ApplicationPlan) -> Int { plan.processes * plan.slotsPerProcess }

    /// All its slots.
    var slots: [Int] { externalSlots + processes.flatMap(\.slots) }

    /// What a worker has to know.
    var view: PoolView {
        var slots: [PoolView.Slot] = []
        // The first slots of all processes, then the second ones: work spreads over processes before threads.
        for turn in 0..<plan.slotsPerProcess {
            for process in processes {
                slots.append(PoolView.Slot(index: process.slots[turn], address: process.socket.address))
            }
        }
        if let address = plan.address {
            slots += externalSlots.map { PoolView.Slot(index: $0, address: address) }
        }
        return PoolView(
            pool: index, name: name, slots: slots, keepsConnections: plan.keepsConnections,
            drainsBody: plan.drainsBody, isSupervised: plan.program != nil,
            endsByClosing: plan.endsByClosing)
    }

    func start() {
        for slot in externalSlots { context.scoreboard.setSlot(slot, SlotWord(.free, age: 1)) }
        for process in processes { process.start() }
    }

    /// Whether every process accepts.
    var isReady: Bool { processes.allSatisfy { $0.state == .ready } }

    /// The process that did not boot, if there is one.
    var failedProcess: ApplicationProcess? {
        processes.first { $0.bootFailure != nil && $0.state == .stopped }
    }

    /// Whether no process is left.
    var isGone: Bool { processes.allSatisfy { $0.pid == 0 } }

    func stop(until deadline: UInt64) { for process in processes { process.stop(until: deadline) } }
    func kill() {
        for process in processes {
            process.stop(until: .max)
            process.kill()
        }
    }

    /// - Returns: Whether the process was one of the pool's.
    func reaped(_ pid: ProcessID, _ status: ExitStatus) -> Bool {
        guard let process = processes.first(where: { $0.pid == pid }) else { return false }
        process.reaped(status)
        return true
    }

    func tick(_ now: UInt64) { for process in processes { process.tick(now) } }

    /// In a process that was forked from the master: closes what only the master and the processes need.
    func closeInherited() {
        if let script { Descriptor.closeInherited(script) }
        for process in processes { Descriptor.closeInherited(process.socket.descriptor) }
    }

    /// Gives its slots back.
    func close() { for slot in slots { context.scoreboard.setSlot(slot, SlotWord(.vacant, age: 0)) } }
}

/// A file in memory that an interpreter reads a script from.
private final class ScriptFile {
    private let file: OwnedDescriptor

    init(_ text: [UInt8]) throws(SyscallError) { file = try Files.inMemory(name: "responder.py", text) }

    var number: CInt { file.number }
}
