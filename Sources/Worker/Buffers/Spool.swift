// Bytes that wait: a request body until an application is free, a response until its reader takes it. They wait in
// memory up to a limit and in a file without a name beyond it, so that nothing slow holds an application process.
//
//   out ◄── memory ◄── file ◄── tail ◄── in
//
// The tail is for what the file does not take: a full disk, or the bound of all temporary files. Whoever can make the
// source wait appends with `keeping:`; the bytes stay in memory, and `isHeld` says that no more should come for now.

import Octets
import Syscalls

/// A first-in, first-out queue of bytes in memory and then in an unlinked file.
package final class Spool {
    static let blockSize = 65_536
    /// The same where memory is short.
    private static let smallBlockSize = 8192

    private var memory = ByteBuffer()
    /// What came since the file could not grow.
    private var tail = ByteBuffer()
    private var file: TemporaryFile?
    private var fileStart = 0
    private var fileEnd = 0
    /// Bytes kept in memory before the file begins.
    package var memoryLimit: Int
    private let folder: String
    /// What the files count in.
    private let space: TemporarySpace?
    /// What the memory is counted in.
    private var budget: MemoryBudget?
    /// Octets of memory that are counted in the budget.
    private var counted = 0

    /// - Parameters:
    ///   - memoryLimit: Bytes kept in memory before the file begins.
    ///   - folder: Where the file is made.
    ///   - budget: Where its memory counts. When that is used up, bytes go to the file at once.
    ///   - space: Where its file counts, and what bounds it.
    package init(memoryLimit: Int, folder: String, budget: MemoryBudget? = nil, space: TemporarySpace? = nil)
    {
        self.memoryLimit = memoryLimit
        self.folder = folder
        self.budget = budget
        self.space = space
    }

    deinit { leaveBudget() }

    /// Counts no more: it belongs to somebody else from now on, perhaps on another thread.
    package func leaveBudget() {
        budget?.change(by: -counted)
        budget = nil
        counted = 0
    }

    private func countMemory() {
        let capacity = memory.capacity + tail.capacity
        guard capacity != counted, let budget else { return }
        budget.change(by: capacity - counted)
        counted = capacity
    }

    /// Whether bytes may wait in memory.
    private func mayKeep(_ count: Int) -> Bool {
        guard memory.count + count <= memoryLimit || memory.isEmpty else { return false }
        guard let budget, budget.isExhausted else { return true }
        // What is there already costs nothing.
        return memory.count + count <= memory.capacity
    }

    /// Bytes that wait.
    package var count: Int { memory.count + (fileEnd - fileStart) + tail.count }
    /// Bytes of memory and disk in use; what has been read from the file counts until all of it has been.
    package var footprint: Int { memory.count + fileEnd + tail.count }
    /// Whether none waits.
    package var isEmpty: Bool { memory.isEmpty && fileStart == fileEnd && tail.isEmpty }
    /// Whether the file could not take all that came: the source should wait until this is empty.
    package var isHeld: Bool { !tail.isEmpty }

    /// Appends `bytes`.
    ///
    /// - Throws: When the file cannot be made or written: a full disk. Nothing of `bytes` is kept then.
    package func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(SyscallError) {
        if !tail.isEmpty { return keep(bytes) }
        if fileStart == fileEnd, mayKeep(bytes.count) {
            memory.append(bytes)
            return countMemory()
        }
        try appendToFile(bytes)
    }

    /// Appends `bytes`, in memory where the file does not take them.
    ///
    /// - Returns: Why it does not; `nil` where they are where they should be.
    package func append(keeping bytes: UnsafeBufferPointer<UInt8>) -> SyscallError? {
        do {
            try append(bytes)
            return nil
        } catch {
            keep(bytes)
            return error
        }
    }

    private func keep(_ bytes: UnsafeBufferPointer<UInt8>) {
        tail.append(bytes)
        countMemory()
    }

    private func appendToFile(_ bytes: UnsafeBufferPointer<UInt8>) throws(SyscallError) {
        do {
            if file == nil { file = try TemporaryFile(in: folder, space) }
            try file!.grow(to: fileEnd + bytes.count)
            try Files.write(file!.number, bytes, at: fileEnd)
            fileEnd += bytes.count
        } catch {
            // A file that nothing waits in only takes room that others need.
            if fileStart == fileEnd { file = nil }
            throw error
        }
    }

    /// Lets `write` append to the part in memory, whatever its limit: for heads and chunk ends, which are small.
    ///
    /// - Returns: Why the file does not take it, where bytes wait there; it is kept all the same.
    package func withMemory(_ write: (inout ByteBuffer) -> Void) -> SyscallError? {
        if fileStart == fileEnd, tail.isEmpty {
            write(&memory)
            countMemory()
            return nil
        }
        var small = ByteBuffer(capacity: 64)
        write(&small)
        return append(keeping: small.bytes)
    }

    /// The first bytes; empty only where none waits. Valid until the spool is next changed.
    package func front() throws(SyscallError) -> UnsafeBufferPointer<UInt8> {
        guard memory.isEmpty else { return memory.bytes }
        if fileStart < fileEnd {
            let isShort = budget?.isExhausted ?? false
            if isShort { memory.clear(keeping: Self.smallBlockSize) }
            let block = min(isShort ? Self.smallBlockSize : Self.blockSize, fileEnd - fileStart)
            let room = UnsafeMutableBufferPointer(rebasing: memory.spare(block)[0..<block])
            let count = try Files.read(file!.number, into: room, at: fileStart)
            // Somebody has made the file shorter.
            guard count > 0 else { throw SyscallError.inputOutput("pread") }
            memory.commit(count)
            countMemory()
            consumeFile(count)
        } else if !tail.isEmpty {
            swap(&memory, &tail)
            tail.clear(keeping: 0)
            countMemory()
        }
        return memory.bytes
    }

    /// What comes next, where it is in the file: for whoever can have the kernel send it without a copy through this process.
    package var filePart: (number: CInt, offset: Int, count: Int)? {
        guard let file, memory.isEmpty, fileStart < fileEnd else { return nil }
        return (file.number, fileStart, fileEnd - fileStart)
    }

    /// Takes `count` bytes off ``filePart``.
    package func consumeFile(_ count: Int) {
        fileStart += count
        guard fileStart == fileEnd else { return }
        file = nil
        fileStart = 0
        fileEnd = 0
    }

    /// Takes `count` bytes off ``front()``.
    package func consume(_ count: Int) { memory.consume(count) }

    /// Keeps the first `count` bytes that wait, and forgets those behind them.
    package func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        let before = memory.count + (fileEnd - fileStart)
        tail.removeLast(tail.count - max(0, count - before))
        guard count < before else { return }
        fileEnd = fileStart + max(0, count - memory.count)
        if fileStart == fileEnd { consumeFile(0) }
        if count < memory.count { memory.removeLast(memory.count - count) }
    }

    /// Forgets everything, the file too.
    ///
    /// - Parameter limit: Bytes of memory to keep for later.
    package func reset(keeping limit: Int = Spool.blockSize) {
        memory.clear(keeping: limit)
        if tail.capacity > 0 { tail.clear(keeping: 0) }
        countMemory()
        file = nil
        fileStart = 0
        fileEnd = 0
    }
}
