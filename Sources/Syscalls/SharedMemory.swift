import Glibc

/// Memory that the processes forked later share with this one. It has no name and goes with the last of them.
public struct SharedMemory: ~Copyable {
    /// The zero-filled bytes, aligned to a page.
    public let base: UnsafeMutableRawPointer
    private let count: Int

    /// Maps `count` bytes.
    public init(count: Int) throws(SyscallError) {
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let address, address != MAP_FAILED else { throw SyscallError(call: "mmap", code: errno) }
        base = address
        self.count = count
    }

    deinit { munmap(base, count) }
}
