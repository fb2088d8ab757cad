// What outlives a process: the socket that its next life accepts from, and the slots that workers hold. Each process may change
// or destroy what it shares with the next one, and a worker may change words when it likes; nothing here relies on either.

import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

extension ApplicationProcess {
    // MARK: The socket

    /// What the processes before have done to the socket that they shared must not be the end of all that follow.
    func prepareSocket() throws(ConfigurationError) {
        socket.prepare()
        guard socket.isShutDown else { return }
        do throws(SyscallError) {
            try socket.renew()
        } catch {
            throw .applicationFailed(
                "\(pool.name): cannot start \(name): its listening socket was shut down, and a new one cannot be made: \(error)"
            )
        }
        // Workers know it by the number.
        context.lines.send(socket.place)
        context.log.warning(
            "\(pool.name): the listening socket of \(name) was shut down by a process that had it: a new one takes its place"
        )
    }

    /// It has shut down its listening socket: nobody reaches it any more. What it has begun it may finish; then another life
    /// begins, with another socket.
    func noticeShutdown() {
        guard state == .ready || isBooting, socket.isShutDown else { return }
        guard state == .ready else { return kill() }
        retire("it has shut down its listening socket")
        comesBack = true
    }

    // MARK: The slots

    /// No further request may go to it.
    func markRetiring() { for slot in slots { markRetiring(slot) } }

    private func markRetiring(_ slot: Int) {
        let scoreboard = context.scoreboard
        // Workers change a word a few times at the most. One that goes on and on is broken, and loses the slot.
        for _ in 0..<Scoreboard.patience {
            let word = scoreboard.slot(slot)
            guard word.age == age, !word.isRetiring, word.state != .vacant else { return }
            let next = word.state == .free ? word.with(.vacant) : word.retiring
            guard scoreboard.exchange(slot, from: word, to: next) else { continue }
            // Who keeps a connection to it and does nothing with it has to hear of this.
            if word.state == .idle { context.lines.ring(worker: word.owner) }
            return
        }
        scoreboard.setSlot(slot, SlotWord(.vacant, age: age))
    }

    /// Nobody may lease it.
    func closeSlots() {
        for slot in slots { context.scoreboard.setSlot(slot, SlotWord(.vacant, age: age)) }
    }
}
