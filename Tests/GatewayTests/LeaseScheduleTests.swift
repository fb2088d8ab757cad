// Three workers and four slots, with operations in a random order. Whatever the order, a slot is held by the one
// worker whose books say so, nobody's is taken away, and in the end all are free; those of processes that the master wants to
// leave are vacant.

import TestSupport
import Testing
@testable import Scoreboard
@testable import Worker

/// A worker as its own book-keeping sees it.
private struct ModelWorker {
    var busy: [Int: UInt32] = [:]
    var idle: [Int: UInt32] = [:]
    var waitingSince: UInt64?
}

@Suite("Leases in any order")
struct LeaseScheduleTests {
    private final class Schedule {
        let bench: LeaseBench
        var models = [ModelWorker](repeating: ModelWorker(), count: 3)
        var ages: [UInt32] = [1, 1, 1, 1]
        var clock: UInt64 = 1000
        var generator: SeededGenerator
        /// Whether processes are told to leave, and have successors when they have left.
        let retires: Bool

        init(seed: UInt64, retires: Bool = false) throws {
            self.retires = retires
            bench = try LeaseBench(workers: 3, slots: [3, 70, 1000, 4095])
            generator = SeededGenerator(seed: seed)
        }

        private func random<Element>(_ elements: some Collection<Element>) -> Element? {
            elements.randomElement(using: &generator)
        }

        func step() {
            clock += 1
            let worker = Int.random(in: 0..<3, using: &generator)
            if retires, Int.random(in: 0..<8, using: &generator) == 0 { return retire() }
            switch Int.random(in: 0..<11, using: &generator) {
            case 0...2: acquire(worker)
            case 3: if let slot = random(models[worker].busy.keys) { park(worker, slot) }
            case 4: if let slot = random(models[worker].idle.keys) { reuse(worker, slot) }
            case 5: if let slot = random(models[worker].busy.keys) { release(worker, slot) }
            case 6: wake(worker)
            case 7: bench.workers[worker].recall()
            case 8: setWaiting(nil, worker)
            case 9: if let slot = random(models[worker].busy.keys) { condemn(worker, slot) }
            default: Int.random(in: 0..<20, using: &generator) == 0 ? die(worker) : renew()
            }
        }

        private func setWaiting(_ since: UInt64?, _ worker: Int) {
            models[worker].waitingSince = since
            bench.workers[worker].setWaiting(since, count: 1)
            if since == nil { bench.workers[worker].returnGrants() }
        }

        /// As a worker does it: announce, then look, and only then ask for what another keeps.
        func acquire(_ worker: Int) {
            if let lease = bench.acquire(worker) {
                models[worker].busy[lease.position] = lease.age
                return
            }
            if models[worker].waitingSince == nil { setWaiting(clock, worker) }
            guard let lease = bench.acquire(worker) else { return bench.workers[worker].recall() }
            models[worker].busy[lease.position] = lease.age
            setWaiting(nil, worker)
        }

        func park(_ worker: Int, _ slot: Int) {
            guard let age = models[worker].busy.removeValue(forKey: slot) else { return }
            if bench.workers[worker].park(slot, age: age) {
                models[worker].idle[slot] = age
            } else {
                bench.workers[worker].release(slot, age: age)
            }
        }

        func reuse(_ worker: Int, _ slot: Int) {
            guard let age = models[worker].idle.removeValue(forKey: slot) else { return }
            if bench.workers[worker].reuse(slot, age: age) {
                models[worker].busy[slot] = age
            } else {
                bench.workers[worker].release(slot, age: age)
            }
        }

        func release(_ worker: Int, _ slot: Int) {
            guard let age = models[worker].busy.removeValue(forKey: slot) else { return }
            bench.workers[worker].release(slot, age: age)
        }

        /// The bell rang: kept slots that are wanted are given up, and a request that waits looks again.
        func wake(_ worker: Int) {
            for (slot, age) in models[worker].idle where bench.workers[worker].isWanted(slot, age: age) {
                models[worker].idle[slot] = nil
                bench.workers[worker].release(slot, age: age)
            }
            guard models[worker].waitingSince != nil else { return bench.workers[worker].returnGrants() }
            guard let lease = bench.acquire(worker) else { return }
            models[worker].busy[lease.position] = lease.age
            setWaiting(nil, worker)
        }

        func condemn(_ worker: Int, _ slot: Int) {
            guard let age = models[worker].busy.removeValue(forKey: slot) else { return }
            bench.workers[worker].condemn(slot, age: age)
        }

        /// The master starts another process behind each condemned slot.
        func renew() {
            for slot in 0..<4 where bench.word(slot).state == .condemned {
                ages[slot] += 1
                bench.scoreboard.setSlot(bench.slots[slot], SlotWord(.free, age: ages[slot]))
            }
        }

        /// The master marks a process, or starts the successor of one that has left.
        private func retire() {
            let slot = Int.random(in: 0..<4, using: &generator)
            if bench.word(slot).state == .vacant { succeed(slot) } else { mark(slot) }
        }

        /// As the master does it: a free slot is vacant at once, any other one when its holder gives it up.
        func mark(_ slot: Int) {
            let word = bench.word(slot)
            guard !word.isRetiring else { return }
            let next = word.state == .free ? word.with(.vacant) : word.retiring
            #expect(bench.scoreboard.exchange(bench.slots[slot], from: word, to: next))
        }

        private func succeed(_ slot: Int) {
            ages[slot] += 1
            bench.scoreboard.setSlot(bench.slots[slot], SlotWord(.free, age: ages[slot]))
        }

        /// The worker is gone, and another takes its place.
        func die(_ worker: Int) {
            let held = (0..<4).contains { bench.word($0).isHeld(by: worker) }
            #expect(bench.scoreboard.clear(worker: worker) == held)
            models[worker] = ModelWorker()
            bench.workers[worker] = bench.leases(of: worker)
        }

        /// Everybody finishes what it does, and wants nothing more.
        func finish() {
            for worker in 0..<3 { bench.workers[worker].setWaiting(nil, count: 0) }
            for worker in 0..<3 {
                for slot in models[worker].busy.keys { release(worker, slot) }
                for (slot, age) in models[worker].idle { bench.workers[worker].release(slot, age: age) }
                bench.workers[worker].returnGrants()
            }
        }

        /// What must hold after every step.
        var fault: String? {
            for slot in 0..<4 {
                let word = bench.word(slot)
                let owners = (0..<3).filter { models[$0].busy[slot] != nil || models[$0].idle[slot] != nil }
                if word.age != ages[slot] { return "slot \(slot) has age \(word.age)" }
                switch word.state {
                case .busy where owners == [word.owner] && models[word.owner].busy[slot] == word.age: break
                case .idle where owners == [word.owner] && models[word.owner].idle[slot] == word.age: break
                case .recalled where owners == [word.owner] && models[word.owner].idle[slot] == word.age:
                    break
                case .free where owners.isEmpty && !word.isRetiring, .condemned where owners.isEmpty: break
                case .vacant where owners.isEmpty && retires: break
                case .granted where owners.isEmpty && word.owner < 3: break
                default:
                    return "slot \(slot) is \(word.state) of \(word.owner), and \(owners) think it theirs"
                }
            }
            return nil
        }
    }

    @Test("No slot is lost and none is held twice, whatever the order", arguments: 0..<40 as Range<UInt64>)
    func schedule(_ seed: UInt64) throws {
        let schedule = try Schedule(seed: seed)
        for step in 0..<2000 {
            schedule.step()
            if let fault = schedule.fault {
                Issue.record("step \(step): \(fault)")
                return
            }
        }
        schedule.finish()
        schedule.renew()
        #expect(
            (0..<4).map { schedule.bench.word($0) } == (0..<4).map { SlotWord(.free, age: schedule.ages[$0]) }
        )
    }

    @Test(
        "Processes that leave at any moment take no slot with them, and in the end all have left",
        arguments: 200..<240 as Range<UInt64>)
    func retiring(_ seed: UInt64) throws {
        let schedule = try Schedule(seed: seed, retires: true)
        for step in 0..<2000 {
            schedule.step()
            if let fault = schedule.fault {
                Issue.record("step \(step): \(fault)")
                return
            }
        }
        for slot in 0..<4 { schedule.mark(slot) }
        // Nothing new begins on a slot that is marked, unless it was handed over before.
        for worker in 0..<3 {
            let granted = (0..<4).contains {
                schedule.bench.word($0).is(.granted, owner: worker, age: schedule.ages[$0])
            }
            if !granted { #expect(schedule.bench.acquire(worker) == nil) }
        }
        schedule.finish()
        let states = (0..<4).map { schedule.bench.word($0).state }
        #expect(states.allSatisfy { $0 == .vacant || $0 == .condemned }, "\(states)")
        #expect((0..<4).map { schedule.bench.word($0).age } == schedule.ages)
    }

    @Test(
        "Nobody who waits is forgotten: a slot that is given up while somebody waits is granted",
        arguments: 100..<120 as Range<UInt64>)
    func noStarvation(_ seed: UInt64) throws {
        let schedule = try Schedule(seed: seed)
        for _ in 0..<2000 {
            schedule.step()
            let worker = Int.random(in: 0..<3, using: &schedule.generator)
            guard let slot = schedule.models[worker].busy.keys.first,
                let oldest = (0..<3).filter({ $0 != worker && schedule.models[$0].waitingSince != nil })
                    .min(by: { schedule.models[$0].waitingSince! < schedule.models[$1].waitingSince! })
            else { continue }
            schedule.release(worker, slot)
            #expect(schedule.bench.word(slot).state == .granted)
            #expect(schedule.bench.word(slot).owner == oldest)
            if schedule.bench.word(slot).owner != oldest { return }
        }
    }
}
