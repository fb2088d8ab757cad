import CSyscalls
import Glibc

/// Readiness of many descriptors (epoll(7)).
public struct Epoll: ~Copyable {
    /// Kinds of readiness.
    public struct Events: OptionSet, Sendable {
        /// As the kernel has them.
        public let rawValue: UInt32
        /// Wraps the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// There is something to read or accept.
        public static let readable = Events(rawValue: EPOLLIN.rawValue)
        /// There is room to write.
        public static let writable = Events(rawValue: EPOLLOUT.rawValue)
        /// The peer sends no more.
        public static let peerEnded = Events(rawValue: EPOLLRDHUP.rawValue)
        /// Both directions are over.
        public static let hungUp = Events(rawValue: EPOLLHUP.rawValue)
        /// The connection is broken.
        public static let failed = Events(rawValue: EPOLLERR.rawValue)
        /// Report a change once, not a state for ever.
        public static let edgeTriggered = Events(rawValue: EPOLLET.rawValue)
        /// Of several processes that watch one listener, wake one.
        public static let exclusive = Events(rawValue: EPOLLEXCLUSIVE.rawValue)
    }

    private let descriptor: OwnedDescriptor
    private let storage: UnsafeMutablePointer<epoll_event>
    private static let capacity: CInt = 512

    /// A new instance, close-on-exec.
    public init() throws(SyscallError) {
        let number = try require("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) }
        descriptor = OwnedDescriptor(adopting: number)
        storage = .allocate(capacity: Int(Self.capacity))
    }

    deinit { storage.deallocate() }

    /// Watches `number`; `token` comes back with each of its events.
    public func add(_ number: CInt, _ events: Events, token: UInt64) throws(SyscallError) {
        try control(EPOLL_CTL_ADD, number, events, token)
    }

    /// Watches for other events.
    public func modify(_ number: CInt, _ events: Events, token: UInt64) throws(SyscallError) {
        try control(EPOLL_CTL_MOD, number, events, token)
    }

    /// Stops watching. Closing a descriptor does so too, unless a copy of it is open somewhere.
    public func remove(_ number: CInt) throws(SyscallError) {
        try control(EPOLL_CTL_DEL, number, [], 0)
    }

    private func control(
        _ operation: CInt, _ number: CInt, _ events: Events, _ token: UInt64
    ) throws(SyscallError) {
        var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
        try require("epoll_ctl") { epoll_ctl(descriptor.number, operation, number, &event) }
    }

    /// Waits.
    ///
    /// - Parameter milliseconds: -1 for ever, 0 not at all.
    /// - Returns: How many events there are for ``event(_:)``; 0 also after a signal.
    public func wait(milliseconds: CInt) throws(SyscallError) -> Int {
        let count = epoll_wait(descriptor.number, storage, Self.capacity, milliseconds)
        if count >= 0 { return Int(count) }
        guard errno == EINTR else { throw SyscallError(call: "epoll_wait", code: errno) }
        return 0
    }

    /// Closes the instance in a process that inherited it.
    public func closeInherited() { Descriptor.closeInherited(descriptor.number) }

    /// An event of the last ``wait(milliseconds:)``.
    @inline(__always)
    public func event(_ index: Int) -> (events: Events, token: UInt64) {
        (Events(rawValue: storage[index].events), storage[index].data.u64)
    }
}
