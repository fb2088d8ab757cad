// A successor (USR2): the program on disk, started as a child that inherits the listeners. The two masters then serve
// side by side until one of them is told to go.

import EventLoop
import Logging
import Plans
import Settings
import Syscalls

extension Master {
    /// Starts the program anew beside this one.
    func startSuccessor() {
        guard stopDeadline == nil else { return }
        if let successor {
            return context.log.warning(
                "upgrade refused: the new master (pid \(successor)) is still beside this one")
        }
        if let predecessor {
            return context.log.warning(
                "upgrade refused: the old master (pid \(predecessor)) has not gone yet")
        }
        guard let generation = generations.last(where: { $0.phase == .serving }) else {
            return context.log.warning("upgrade refused: no generation serves yet")
        }
        extensions.hooks.preExec?(info)
        var program = Succession.program(handingOver: generation.listeners)
        program.leadsGroup = false
        program.diesWithParent = false
        do throws(SpawnError) {
            let process = try ChildProcess.begin(program, descriptors: [0, 1, 2])
            successor = process.pid
            successorStart = ProcessStart(process, loop: context.loop) { [unowned self] outcome in
                guard let why = outcome.explanation(of: program) else {
                    return context.log.info(
                        "upgrade: the new master starts (pid \(successor ?? 0)); TERM ends this one, HUP here and TERM there go back"
                    )
                }
                context.log.error("upgrade failed, this master goes on: \(why)")
                hasSuccessorFailed = true
                // It ends by itself, unless something keeps it from that.
                successorKilledAt = context.loop.now
                if let successor { ChildProcess.signalLeader(successor, .kill) }
            }
        } catch {
            context.log.error("upgrade failed, this master goes on: \(error.explanation(of: program))")
        }
    }

    /// Looks how far the successor is. One that has failed and does not end is in nobody's way: the next upgrade may begin.
    func superviseSuccessor(_ now: UInt64) {
        successorStart?.look(now)
        guard let successor, let killedAt = successorKilledAt, killedAt + ForsakenChildren.patience <= now
        else { return }
        context.log.error(
            "upgrade: the new master (pid \(successor)) cannot be ended: it is still there \(ForsakenChildren.patience / 1000) s after KILL, and is left to itself"
        )
        context.forsaken.add(successor)
        successorEnded(.signalled(9))
    }

    /// The successor is gone: this master is alone again.
    func successorEnded(_ status: ExitStatus) {
        successorStart?.look(context.loop.now)
        successorStart?.close()
        successorStart = nil
        if !hasSuccessorFailed { context.log.error("upgrade: the new master \(status); this one goes on") }
        hasSuccessorFailed = false
        successorKilledAt = nil
        successor = nil
        guard stopDeadline == nil else { return }
        // Its workers may have been dismissed in favour of others that are not there any more.
        for generation in generations where !generation.isLeaving { generation.workers.recall() }
        removeLeftFiles()
    }

    /// Looks whether the master that was there before has gone, and takes its place.
    func noticePredecessor() {
        guard let old = predecessor, SystemProcess.parentID != old else { return }
        predecessor = nil
        context.log.info("upgrade: the old master (pid \(old)) has gone, this one takes over")
        if let path = context.settings.pidFile, let pidFile {
            do {
                try pidFile.move(to: path)
            } catch {
                context.log.error("\(error.message)")
            }
        }
        removeLeftFiles()
        notifier.mainPID(SystemProcess.id)
        if hasServed { notifier.ready() }
    }
}
