// Bytes that wait: a request body until an application is free, an answer until its reader takes it. They wait in
// memory up to a limit and in a file without a name beyond it, so that nothing slow holds an application process.

import Octets
import Syscalls

/// An unlinked file; it goes with its last reference.
private final class TemporaryFile {
    let descriptor: OwnedDescriptor

    init(in folder: String) throws(SyscallError) { descriptor = try Files.temporary(in: folder) }
}

/// A first-in, first-out queue of bytes in memory and then in an unlinked file.
final class Spool {
    static let blockSize = 65_536
    /// The same where memory is short.
    private static let smallBlockSize = 8192

    private var memory = ByteBuffer()
    private var file: TemporaryFile?
    private var fileStart = 0
    private var fileEnd = 0
    /// Bytes kept in memory before the file begins.
    var memoryLimit: Int
    private let folder: String
    /// What the memory is counted in.
    private var budget: MemoryBudget?
    /// Octets of memory that are counted in the budget.
    private var counted = 0

    /// - Parameters:
    ///   - memoryLimit: Bytes kept in memory before the file begins.
    ///   - folder: Where the file is made.
    ///   - budget: Where its memory counts. When that is used up, bytes go to the file at once.
    init(memoryLimit: Int, folder: String, budget: MemoryBudget? = nil) {
        self.memoryLimit = memoryLimit
        self.folder = folder
        self.budget = budget
    }

    deinit { leaveBudget() }

    /// Counts no more: it belongs to somebody else from now on, perhaps on another thread.
    func leaveBudget() {
        budget?.change(by: -counted)
        budget = nil
        counted = 0
    }

    private func countMemory() {
        guard memory.capacity != counted, let budget else { return }
        budget.change(by: memory.capacity - counted)
        counted = memory.capacity
    }

    /// Whether bytes may wait in memory.
    private func mayKeep(_ count: Int) -> Bool {
        guard memory.count + count <= memoryLimit || memory.isEmpty else { return false }
        guard let budget, budget.isExhausted else { return true }
        // What is there already costs nothing.
        return memory.count + count <= memory.capacity
    }

    /// Bytes that wait.
    var count: Int { memory.count + (fileEnd - fileStart) }
    /// Bytes of memory and disk in use; what has been read from the file counts until all of it has been.
    var footprint: Int { memory.count + fileEnd }
    /// Whether none waits.
    var isEmpty: Bool { memory.isEmpty && fileStart == fileEnd }

    /// Appends `bytes`.
    ///
    /// - Throws: When the file cannot be made or written: a full disk. Nothing of `bytes` is kept then.
    func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(SyscallError) {
        if fileStart == fileEnd, mayKeep(bytes.count) {
            memory.append(bytes)
            return countMemory()
        }
        if file == nil { file = try TemporaryFile(in: folder) }
        try Files.write(file!.descriptor.number, bytes, at: fileEnd)
        fileEnd += bytes.count
    }

    /// Lets `write` append to the part in memory, whatever its limit: for heads and chunk ends, which are small.
    func withMemory(_ write: (inout ByteBuffer) -> Void) throws(SyscallError) {
        if fileStart == fileEnd {
            write(&memory)
            return countMemory()
        }
        var small = ByteBuffer(capacity: 64)
        write(&small)
        try append(small.bytes)
    }

    /// The first bytes; empty only where none waits. Valid until the spool is next changed.
    func front() throws(SyscallError) -> UnsafeBufferPointer<UInt8> {
        if memory.isEmpty, fileStart < fileEnd {
            let isShort = budget?.isExhausted ?? false
            if isShort { memory.clear(keeping: Self.smallBlockSize) }
            let block = min(isShort ? Self.smallBlockSize : Self.blockSize, fileEnd - fileStart)
            let room = UnsafeMutableBufferPointer(rebasing: memory.spare(block)[0..<block])
            let count = try Files.read(file!.descriptor.number, into: room, at: fileStart)
            // Somebody has made the file shorter.
            guard count > 0 else { throw SyscallError.inputOutput("pread") }
            memory.commit(count)
            countMemory()
            consumeFile(count)
        }
        return memory.bytes
    }

    /// What comes next, where it is in the file: for whoever can have the kernel send it without a copy through this process.
    var filePart: (number: CInt, offset: Int, count: Int)? {
        guard let file, memory.isEmpty, fileStart < fileEnd else { return nil }
        return (file.descriptor.number, fileStart, fileEnd - fileStart)
    }

    /// Takes `count` bytes off ``filePart``.
    func consumeFile(_ count: Int) {
        fileStart += count
        guard fileStart == fileEnd else { return }
        file = nil
        fileStart = 0
        fileEnd = 0
    }

    /// Takes `count` bytes off ``front()``.
    func consume(_ count: Int) { memory.consume(count) }

    /// Forgets everything, the file too.
    ///
    /// - Parameter limit: Bytes of memory to keep for later.
    func reset(keeping limit: Int = Spool.blockSize) {
        memory.clear(keeping: limit)
        countMemory()
        file = nil
        fileStart = 0
        fileEnd = 0
    }
}
