import Syscalls

/// A pipe that nobody reads, and that is full.
struct FullPipe: ~Copyable {
    let reader: OwnedDescriptor
    let writer: OwnedDescriptor

    init() throws {
        let numbers = try Pipe(readsWithoutBlocking: true).intoNumbers()
        reader = OwnedDescriptor(adopting: numbers.readEnd)
        writer = OwnedDescriptor(adopting: numbers.writeEnd)
        let output = LogOutput(writer.number)
        let junk = [UInt8](repeating: UInt8(ascii: "j"), count: 4095) + Array("\n".utf8)
        while output.flush() { junk.withUnsafeBufferPointer { output.write($0) } }
    }

    /// What waits in it.
    func read() -> String {
        var all: [UInt8] = []
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)
        defer { memory.deallocate() }
        while case .bytes(let count) = Descriptor.read(reader.number, into: memory) {
            all += memory[..<count]
        }
        return String(decoding: all, as: UTF8.self)
    }
}
