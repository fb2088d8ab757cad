import Glibc

extension Files {
    /// All that is in a file.
    ///
    /// - Parameter limit: Octets that it may have.
    /// - Throws: EFBIG where it has more, EINVAL for what is no file.
    public static func content(_ path: String, limit: Int) throws(SyscallError) -> [UInt8] {
        try Findings.attempt("content \(limit) \(path)") { () throws(SyscallError) in
            ToldOctets(try wholeContent(path, limit: limit))
        }.octets
    }

    private static func wholeContent(_ path: String, limit: Int) throws(SyscallError) -> [UInt8] {
        // Nobody is waited for: a pipe in the place of a file is refused.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let file = OwnedDescriptor(adopting: try require("open") { open(path, flags) })
        var status = stat()
        try require("fstat") { fstat(file.number, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SyscallError(call: "open", code: EINVAL) }
        var content: [UInt8] = []
        // By what is read, not by what the system says about its size: it may grow meanwhile.
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)
        defer { memory.deallocate() }
        while case let count = try read(file.number, into: memory, at: content.count), count > 0 {
            guard content.count + count <= limit else { throw SyscallError(call: "read", code: EFBIG) }
            content.append(contentsOf: memory[..<count])
        }
        return content
    }
}

extension SyscallError {
    /// Whether a file has more octets than it may.
    public var isTooLarge: Bool { code == EFBIG }
}
