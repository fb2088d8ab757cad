// Real programs for the tests: what they print is the evidence.

import Syscalls
import Testing

/// Runs programs and collects what they say.
enum Shell {
    /// Runs `program` to its end.
    ///
    /// - Parameter descriptors: What it gets as 3, 4, …
    /// - Returns: What it wrote to descriptors 1 and 2.
    static func output(of program: Program, descriptors: [CInt] = []) throws -> String {
        let input = try Files.inMemory(name: "input", [])
        let pipe = try Pipe(readsWithoutBlocking: false)
        let standard = [input.number, pipe.writeEnd.number, pipe.writeEnd.number]
        let pid = try ChildProcess.spawn(program, descriptors: standard + descriptors)
        defer { ChildProcess.wait(pid) }
        let output = pipe.intoReadEnd()
        return text(of: output.number)
    }

    /// Runs a script with `arguments` as its `$0`, `$1`, …
    static func run(_ script: String, _ arguments: [String] = [], descriptors: [CInt] = []) throws -> String {
        try output(
            of: Program(
                path: "/bin/sh", arguments: ["sh", "-c", script] + arguments,
                environment: ["PATH=/usr/bin:/bin"]),
            descriptors: descriptors)
    }

    /// All that can be read from `descriptor`.
    static func text(of descriptor: CInt) -> String {
        var bytes: [UInt8] = []
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4096)
        defer { memory.deallocate() }
        while case .bytes(let count) = Descriptor.read(descriptor, into: memory) { bytes += memory[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `descriptor` has within `seconds`, at most `limit` bytes; `nil` at its end and when nothing came.
    static func receive(_ descriptor: CInt, limit: Int = 4096, seconds: CInt = 30) throws -> String? {
        let epoll = try Epoll()
        try epoll.add(descriptor, .readable, token: 1)
        guard try epoll.waitForEvent(seconds: seconds) == 1 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) { memory in
            guard case .bytes(let count) = Descriptor.read(descriptor, into: memory) else { return nil }
            return String(decoding: memory[..<count], as: UTF8.self)
        }
    }
}

extension Epoll {
    /// Waits until there is an event, at most `seconds`.
    ///
    /// A wait also ends without one when a signal comes to the thread. SIGCHLD comes to whichever thread does not block
    /// it, for each child of any test that ends, although nobody handles it.
    func waitForEvent(seconds: CInt = 30) throws(SyscallError) -> Int {
        let deadline = Clock.monotonicMilliseconds() + UInt64(seconds) * 1000
        while true {
            let now = Clock.monotonicMilliseconds()
            let count = try wait(milliseconds: now < deadline ? CInt(deadline - now) : 0)
            if count > 0 || now >= deadline { return count }
        }
    }
}

/// A folder of its own for one test, removed with all that is in it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = try Shell.run("mktemp -d").split(separator: "\n").joined()
    try #require(Files.status(path)?.kind == .directory)
    defer { _ = try? Shell.run("rm -rf -- \"$0\"", [path]) }
    return try body(path)
}
