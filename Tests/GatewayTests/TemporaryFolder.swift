import Syscalls
import Testing

/// A folder of its own for one test, removed with all that is in it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = try run("mktemp -d").split(separator: "\n").joined()
    try #require(Files.status(path)?.kind == .directory)
    defer { _ = try? run("rm -rf -- \"$0\"", path) }
    return try body(path)
}

/// A folder with what `script` makes in it.
func withFolder<Result>(_ script: String, _ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
        let output = try run("set -e; cd \"$0\"\n" + script, folder)
        try #require(output.isEmpty, "\(output)")
        return try body(folder)
    }
}

/// Runs a script to its end.
///
/// - Returns: What it wrote to descriptors 1 and 2.
private func run(_ script: String, _ argument: String = "sh") throws -> String {
    let input = try Files.inMemory(name: "input", [])
    let pipe = try Pipe(readsWithoutBlocking: false)
    let pid = try ChildProcess.spawn(
        Program(
            path: "/bin/sh", arguments: ["sh", "-c", script, argument], environment: ["PATH=/usr/bin:/bin"]),
        descriptors: [input.number, pipe.writeEnd.number, pipe.writeEnd.number])
    defer { ChildProcess.wait(pid) }
    let end = pipe.intoReadEnd()
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { memory in
        while case .bytes(let count) = Descriptor.read(end.number, into: memory) { bytes += memory[..<count] }
    }
    return String(decoding: bytes, as: UTF8.self)
}
