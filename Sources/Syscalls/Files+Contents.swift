import Glibc

extension Files {
    /// What is in a file.
    ///
    /// - Parameter limit: Octets; the rest of a longer file is left out.
    public static func contents(_ path: String, limit: Int) throws(SyscallError) -> [UInt8] {
        try Findings.attempt("contents \(limit) \(path)") { () throws(SyscallError) in
            ToldOctets(try beginning(path, limit: limit))
        }.octets
    }

    private static func beginning(_ path: String, limit: Int) throws(SyscallError) -> [UInt8] {
        let file = OwnedDescriptor(
            adopting: try require("open \(path)") { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) })
        let number = file.number
        var bytes: [UInt8] = []
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)
        defer { memory.deallocate() }
        while bytes.count < limit {
            let room = UnsafeMutableBufferPointer(rebasing: memory[..<min(memory.count, limit - bytes.count)])
            let count = try read(number, into: room, at: bytes.count)
            if count == 0 { break }
            bytes += room[..<count]
        }
        return bytes
    }
}
