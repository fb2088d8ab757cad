import Octets
import Syscalls

/// The pipe that carries what a process writes to its standard descriptors.
final class OutputWatch: Source {
    /// Bytes read in a row, so that a flood cannot keep the master from its other duties.
    private static let burst = 65_536

    private let descriptor: OwnedDescriptor
    private unowned let loop: EventLoop
    private let assembler = LineAssembler()
    private let onLine: (String) -> Void

    init(_ descriptor: consuming OwnedDescriptor, loop: EventLoop, onLine: @escaping (String) -> Void) {
        let number = descriptor.number
        self.descriptor = descriptor
        self.loop = loop
        self.onLine = onLine
        super.init(number: number)
    }

    func start() throws(SyscallError) { try loop.add(self, .readable) }

    override func ready(_ events: Epoll.Events) {
        if !read(limit: Self.burst), isWatched { loop.remove(self) }
    }

    /// Reads what is left after the process has ended.
    func drain() {
        _ = read(limit: 1 << 20)
        assembler.flush(onLine)
        if isWatched { loop.remove(self) }
    }

    /// - Returns: Whether more may come.
    private func read(limit: Int) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8192) { memory in
            var total = 0
            while total < limit {
                switch Descriptor.read(number, into: memory) {
                case .bytes(let count):
                    total += count
                    assembler.lines(adding: UnsafeBufferPointer(rebasing: memory[0..<count]), onLine)
                case .wouldBlock: return true
                case .end, .failed: return false
                }
            }
            return true
        }
    }
}
