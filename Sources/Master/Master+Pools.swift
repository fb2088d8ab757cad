// Application processes belong to pools, and pools to generations: to one, or to two while a reload that leaves an
// application as it was is under way. A pool starts with the first generation that has it and ends with the last.

import EventLoop
import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

extension Master {
    /// Every pool once.
    var pools: [ApplicationPool] {
        generations.flatMap(\.pools).reduce(into: []) { pools, pool in
            if !pools.contains(where: { $0 === pool }) { pools.append(pool) }
        }
    }

    /// The pools that end with a generation: no other one uses them.
    func ownPools(of generation: Generation) -> [ApplicationPool] {
        let others = generations.filter { $0 !== generation && !$0.isStoppingPools }.flatMap(\.pools)
        return generation.pools.filter { pool in !others.contains { $0 === pool } }
    }

    /// Whether nothing of a generation is left.
    func isGone(_ generation: Generation) -> Bool {
        generation.isStoppingPools && generation.workers.isEmpty
            && ownPools(of: generation).allSatisfy(\.isGone)
    }

    /// The processes of all applications that have some, by the application's index: those of the running generation where the definition is the same, else new ones.
    ///
    /// A reload without any change is how new code is deployed: then nothing is taken over.
    func makePools(
        _ set: ApplicationSet, _ configuration: Configuration
    ) throws(ConfigurationError) -> [ApplicationPool?] {
        var running: [ApplicationPool] = []
        if set.isNamed, let serving = generations.last(where: { !$0.isLeaving }),
            case .applications(let pools, let before) = serving.backend,
            !isSame(configuration, set, serving.configuration, before)
        {
            running = pools.compactMap(\.self)
        }
        var made: [ApplicationPool?] = []
        for plan in set.plans {
            if plan.swift != nil {
                made.append(nil)
            } else if let pool = running.first(where: { plan.isServed(byProcessesOf: $0.plan) }) {
                made.append(pool)
            } else {
                made.append(try makePool(plan, beside: made.compactMap(\.self)))
            }
        }
        return made
    }

    private func isSame(
        _ configuration: Configuration, _ set: ApplicationSet, _ other: Configuration,
        _ before: ApplicationSet
    ) -> Bool {
        return set.routes == before.routes && set.plans.map(\.name) == before.plans.map(\.name)
            && configuration.settings == other.settings
            && zip(set.plans, before.plans).allSatisfy { plan, other in
                plan.isServed(byProcessesOf: other) && plan.settings == other.settings
            }
    }

    private func makePool(
        _ plan: ApplicationPlan, beside made: [ApplicationPool]
    ) throws(ConfigurationError) -> ApplicationPool {
        let pools = self.pools + made
        let usedSlots = Set(pools.flatMap(\.slots))
        let slots = (0..<Scoreboard.slotCapacity).lazy.filter { !usedSlots.contains($0) }
            .prefix(plan.slotCount)
        let usedServers = Set(pools.flatMap(\.servers))
        let servers = (0..<Scoreboard.serverCapacity).lazy.filter { !usedServers.contains($0) }
            .prefix(plan.servers.count)
        let index = (0..<Scoreboard.poolCapacity).first { index in !pools.contains { $0.index == index } }
        guard slots.count == plan.slotCount, servers.count == plan.servers.count, let index else {
            throw .environment(
                "too many application processes: there is no room for those of \(plan.name) (if others are still ending, try again when they have ended)"
            )
        }
        do {
            context.scoreboard.setPoolState(.starting, pool: index)
            let pool = try ApplicationPool(
                plan, context: context, index: index, slots: Array(slots), servers: Array(servers))
            // The last ones know best.
            for other in self.pools.reversed() { pool.addresses.learn(from: other.addresses) }
            return pool
        } catch {
            throw .environment("cannot start the processes of \(plan.name): \(error)")
        }
    }

    /// Waits until the processes of a generation accept. Of several applications one that is broken does not keep the
    /// others from serving at the start; at a reload the running generation is the better choice.
    func bootPools(_ generation: Generation) {
        let pools = ownPools(of: generation)
        let waiting = pools.filter { !$0.isReady }
        let tolerates =
            generation.toleratesFailure && !hasServed && waiting.count < pools.count + generation.swiftCount
        let failed = waiting.filter { $0.failedProcess != nil }
        if let failure = failed.first?.failedProcess?.bootFailure, !tolerates {
            // Where others still boot, one of them may be what there is to serve.
            guard generation.toleratesFailure, !hasServed, failed.count < waiting.count else {
                return abandon(generation, failure)
            }
        }
        let goesOn =
            tolerates && (failed.count == waiting.count || generation.patienceEnds <= context.loop.now)
        guard waiting.isEmpty || goesOn else { return }
        // From here on there are requests: a process that scaling or recycling starts, and that does not boot, is tried
        // again after a pause, though none may ever have booted in its place.
        for pool in pools { pool.keepTrying() }
        generation.phase = .bootingWorkers
        keepWorkers(generation)
    }

    /// Lets every pool do what is due.
    func tickPools(_ now: UInt64) {
        for pool in pools {
            let users = generations.filter { generation in generation.pools.contains { $0 === pool } }
            let workers = users.filter { !$0.isStoppingPools }.flatMap { $0.workers.entries.keys }
            pool.tick(now, workers: workers)
            guard users.contains(where: { !$0.isStoppingPools }) else { continue }
            pool.nameLookup?.tick(now) { closeOwnDescriptors() }
        }
    }
}
