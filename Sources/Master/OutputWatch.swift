import EventLoop
import Syscalls

/// The pipe that carries what a process writes to its standard descriptors. It is always read: no process waits in its
/// print for somebody who reads the gateway's log.
final class OutputWatch: Source {
    /// Bytes read in a row, so that a flood cannot keep the master from its other duties.
    private static let burst = 65_536
    /// What is read of one that has ended: as much as a pipe may hold.
    private static let rest = 1 << 20

    private let descriptor: OwnedDescriptor
    private unowned let loop: EventLoop
    private let output: ApplicationLines

    init(_ descriptor: consuming OwnedDescriptor, loop: EventLoop, output: ApplicationLines) {
        let number = descriptor.number
        self.descriptor = descriptor
        self.loop = loop
        self.output = output
        super.init(number: number)
    }

    func start() throws(SyscallError) { try loop.add(self, .readable) }

    override func ready(_ events: Epoll.Events) {
        if !read(limit: Self.burst), isWatched { loop.remove(self) }
    }

    /// Reads what is left after the process has ended.
    func drain() {
        _ = read(limit: Self.rest)
        output.end(now: loop.now)
        if isWatched { loop.remove(self) }
    }

    /// - Returns: Whether more may come.
    private func read(limit: Int) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.burst) { memory in
            var total = 0
            while total < limit {
                switch Descriptor.read(number, into: memory) {
                case .bytes(let count):
                    total += count
                    output.add(UnsafeBufferPointer(rebasing: memory[0..<count]), now: loop.now)
                case .wouldBlock: return true
                case .end, .failed: return false
                }
            }
            return true
        }
    }
}
