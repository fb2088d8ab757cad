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

    private var memory = ByteBuffer()
    private var file: TemporaryFile?
    private var fileStart = 0
    private var fileEnd = 0
    /// Bytes kept in memory before the file begins.
    var memoryLimit: Int
    private let folder: String

    /// - Parameters:
    ///   - memoryLimit: Bytes kept in memory before the file begins.
    ///   - folder: Where the file is made.
    init(memoryLimit: Int, folder: String) {
        self.memoryLimit = memoryLimit
        self.folder = folder
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
        if fileStart == fileEnd, memory.count + bytes.count <= memoryLimit || memory.isEmpty {
            return memory.append(bytes)
        }
        if file == nil { file = try TemporaryFile(in: folder) }
        try Files.write(file!.descriptor.number, bytes, at: fileEnd)
        fileEnd += bytes.count
    }

    /// Lets `write` append to the part in memory, whatever its limit: for heads and chunk ends, which are small.
    func withMemory(_ write: (inout ByteBuffer) -> Void) throws(SyscallError) {
        if fileStart == fileEnd { return write(&memory) }
        var small = ByteBuffer(capacity: 64)
        write(&small)
        try append(small.bytes)
    }

    /// The first bytes; empty only where none waits. Valid until the spool is next changed.
    func front() throws(SyscallError) -> UnsafeBufferPointer<UInt8> {
        if memory.isEmpty, fileStart < fileEnd {
            let block = min(Self.blockSize, fileEnd - fileStart)
            let room = UnsafeMutableBufferPointer(rebasing: memory.spare(block)[0..<block])
            let count = try Files.read(file!.descriptor.number, into: room, at: fileStart)
            // Somebody has made the file shorter.
            guard count > 0 else { throw SyscallError.inputOutput("pread") }
            memory.commit(count)
            fileStart += count
            if fileStart == fileEnd {
                file = nil
                fileStart = 0
                fileEnd = 0
            }
        }
        return memory.bytes
    }

    /// Takes `count` bytes off ``front()``.
    func consume(_ count: Int) { memory.consume(count) }

    /// Forgets everything, the file too.
    ///
    /// - Parameter limit: Bytes of memory to keep for later.
    func reset(keeping limit: Int = Spool.blockSize) {
        memory.clear(keeping: limit)
        file = nil
        fileStart = 0
        fileEnd = 0
    }
}
