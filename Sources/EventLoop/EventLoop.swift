// The loop that the master and every worker run, each its own. It waits for readiness and tells the sources; what
// a source does with it is not the loop's affair. One thread enters it.

import Syscalls

/// An event loop over epoll.
public final class EventLoop {
    /// How often deadlines are looked at. They are seconds; a tenth of one is exact enough, and a sweep over all
    /// connections costs less than keeping them sorted by deadline.
    static let sweepInterval: UInt64 = 100

    private var epoll: Epoll?
    private var sources: [Source?] = []
    private var generation: UInt32 = 0
    private var pending: [Stream] = []
    private var resumed: [Stream] = []
    private var nextSweep: UInt64 = 0
    private var isRunning = false

    /// Milliseconds of the monotonic clock, read once an iteration.
    public private(set) var now = Clock.monotonicMilliseconds()
    /// The number of this turn: what a source may cost the others is counted anew in each.
    public private(set) var turns: UInt64 = 0
    private var turnEnds: [() -> Void] = []
    /// Called about every ``sweepInterval`` milliseconds, after the sources' deadlines.
    public var onSweep: (UInt64) -> Void = { _ in }

    /// An empty loop, which runs on the thread that calls ``run()``.
    public init() throws(SyscallError) { epoll = try Epoll() }

    /// Adds a source. The loop holds it until it is removed.
    public func add(_ source: Source, _ events: Epoll.Events) throws(SyscallError) {
        let index = Int(source.number)
        generation &+= 1
        source.generation = generation
        try epoll!.add(source.number, events, token: source.token)
        if index >= sources.count {
            sources.append(contentsOf: repeatElement(nil, count: max(64, index + 1 - sources.count)))
        }
        sources[index] = source
    }

    /// Watches for other events.
    func modify(_ source: Source, _ events: Epoll.Events) {
        // Fails only for a descriptor that is not watched, and then there is nothing to change.
        try? epoll?.modify(source.number, events, token: source.token)
    }

    /// Removes a source whose descriptor is about to be closed; closing takes it out of epoll.
    public func forget(_ source: Source) {
        let place = Int(source.number)
        // One that could not be added may lie beyond all that were.
        if place < sources.count, sources[place] === source { sources[place] = nil }
        source.generation = 0
    }

    /// Removes a source whose descriptor stays open.
    public func remove(_ source: Source) {
        try? epoll?.remove(source.number)
        forget(source)
    }

    /// Lets `stream` go on receiving in this iteration though no event says so: the kernel has bytes already.
    public func resume(_ stream: Stream) { pending.append(stream) }

    /// Has `action` called at the end of each turn, after the events and before the next wait, in the order in which
    /// actions were added.
    public func addTurnEnd(_ action: @escaping () -> Void) { turnEnds.append(action) }

    /// Runs until ``stop()``.
    public func run() {
        isRunning = true
        while isRunning { turn() }
    }

    /// Makes ``run()`` return after this iteration.
    public func stop() { isRunning = false }

    /// In a process that was forked while the loop existed: closes what it watches and does not share, epoll too. The
    /// parent's loop goes on. Nothing here is released, because the owners' numbers are closed already.
    public func abandonAfterFork() {
        for case let source? in sources where !source.isShared { Descriptor.closeInherited(source.number) }
        epoll!.closeInherited()
    }

    /// The sources that exist now.
    public var allSources: [Source] { sources.compactMap { $0 } }

    private func turn() {
        let count: Int
        do {
            count = try epoll!.wait(milliseconds: pending.isEmpty ? timeout() : 0)
        } catch {
            // Only a programming error makes epoll_wait fail; going round again would burn a processor for nothing.
            fatalError("\(error)")
        }
        now = Clock.monotonicMilliseconds()
        turns &+= 1
        for index in 0..<count {
            let (events, token) = epoll!.event(index)
            let number = Int(token & 0xFFFF_FFFF)
            // A source closed earlier in this batch may have left an event behind, and its number may belong to
            // another connection by now.
            guard number < sources.count, let source = sources[number],
                source.generation == UInt32(truncatingIfNeeded: token >> 32)
            else { continue }
            source.ready(events)
        }
        if !pending.isEmpty {
            swap(&pending, &resumed)
            for stream in resumed { stream.resume() }
            resumed.removeAll(keepingCapacity: true)
        }
        if now >= nextSweep { sweep() }
        for action in turnEnds { action() }
    }

    private func timeout() -> CInt { now >= nextSweep ? 0 : CInt(nextSweep - now) }

    private func sweep() {
        nextSweep = now + Self.sweepInterval
        for index in sources.indices {
            guard let source = sources[index], source.deadline != 0, source.deadline <= now else { continue }
            source.deadline = 0
            source.deadlinePassed()
        }
        onSweep(now)
    }
}

/// Something with a descriptor that the loop watches.
open class Source {
    /// The descriptor's number.
    public let number: CInt
    /// Whether processes forked from this one use the descriptor as well.
    public let isShared: Bool
    /// Which use of its descriptor it is; 0 while it is not watched.
    public fileprivate(set) var generation: UInt32 = 0
    /// When ``deadlinePassed()`` is due, in the loop's milliseconds; 0 is never.
    public final var deadline: UInt64 = 0

    /// A source that is not watched yet.
    public init(number: CInt, isShared: Bool = false) {
        self.number = number
        self.isShared = isShared
    }

    fileprivate final var token: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: number)) }
    /// Whether a loop watches it.
    public final var isWatched: Bool { generation != 0 }

    /// Called with what the kernel reports.
    open func ready(_ events: Epoll.Events) {}
    /// Called once when ``deadline`` has passed.
    open func deadlinePassed() {}
}

/// A descriptor of which only the readability matters: a signal descriptor, a doorbell, a pipe.
public final class Watch: Source {
    private let action: () -> Void

    /// - Parameter action: Called when the descriptor is ready.
    public init(number: CInt, isShared: Bool = false, action: @escaping () -> Void) {
        self.action = action
        super.init(number: number, isShared: isShared)
    }

    public override func ready(_ events: Epoll.Events) { action() }
}
