// What becomes of a log when nobody reads it: no write waits, lines stay whole, and what was lost is counted and told.

import Testing

@testable import Syscalls

@Suite("Logs that nobody reads", .timeLimit(.minutes(1)))
struct LogOutputTests {
    /// A pipe whose reading end waits for nothing.
    private struct Ends: ~Copyable {
        let reader: OwnedDescriptor
        let writer: OwnedDescriptor

        init() throws {
            let numbers = try Pipe(readsWithoutBlocking: true).intoNumbers()
            reader = OwnedDescriptor(adopting: numbers.readEnd)
            writer = OwnedDescriptor(adopting: numbers.writeEnd)
        }

        /// What waits in it.
        func read() -> [UInt8] {
            var all: [UInt8] = []
            let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)
            defer { memory.deallocate() }
            while case .bytes(let count) = Descriptor.read(reader.number, into: memory) {
                all += memory[..<count]
            }
            return all
        }
    }

    private func write(_ text: String, to output: LogOutput) {
        Array(text.utf8).withUnsafeBufferPointer { output.write($0) }
    }

    private func notice(_ loss: LogOutput.Loss) -> [UInt8] {
        Array("lost \(loss.lines)\(loss.error == nil ? "" : ", failed")\n".utf8)
    }

    @Test("A pipe that nobody reads keeps nobody waiting, and tells what was lost when it is read")
    func unread() throws {
        let ends = try Ends()
        let output = LogOutput(ends.writer.number)
        let filler = String(repeating: "x", count: 90)
        for number in 0..<10_000 { write("\(number) \(filler)\n", to: output) }
        output.tellLoss(notice)
        var all = ends.read()
        while !output.flush() { all += ends.read() }
        output.tellLoss(notice)
        write("after\n", to: output)
        all += ends.read()
        let lines = String(decoding: all, as: UTF8.self).split(separator: "\n")
        let kept = lines.count - 2
        #expect(kept > LogOutput.backlog / 100 && kept < 10_000)
        #expect(lines.prefix(kept).enumerated().allSatisfy { $1 == "\($0) \(filler)" })
        #expect(lines.suffix(2) == ["lost \(10_000 - kept)", "after"])
        #expect(output.takeLoss() == nil)
    }

    @Test("A reader that is late for a burst misses nothing")
    func burst() throws {
        let ends = try Ends()
        let output = LogOutput(ends.writer.number)
        let line = String(repeating: "y", count: 9_999) + "\n"
        for _ in 0..<25 { write(line, to: output) }
        var all = ends.read()
        while !output.flush() { all += ends.read() }
        all += ends.read()
        #expect(all.count == 250_000)
        #expect(!output.hasLoss)
    }

    @Test("A pipe that may not be opened again is written without waiting, whatever its flags")
    func foreignPipe() throws {
        let ends = try Ends()
        let line = [UInt8](repeating: UInt8(ascii: "z"), count: 1000)
        var written = 0
        line.withUnsafeBufferPointer { line in
            while case .bytes(let count) = LogWay.pipe.write(ends.writer.number, line) { written += count }
            #expect(LogWay.pipe.write(ends.writer.number, line) == .wouldBlock)
        }
        #expect(written >= 4096)
        #expect(ends.read() == [UInt8](repeating: UInt8(ascii: "z"), count: written))
    }

    @Test("The inherited descriptor stays as it was: it may be anybody's")
    func flags() throws {
        let ends = try Ends()
        let before = try run("cat /proc/self/fdinfo/\(ends.writer.number)")
        let output = LogOutput(ends.writer.number)
        write("a\n", to: output)
        #expect(try run("cat /proc/self/fdinfo/\(ends.writer.number)") == before)
    }

    /// Flags of a descriptor of this process.
    private func run(_ command: String) throws -> String {
        let path = command.split(separator: " ").last.map(String.init) ?? ""
        let text = try #require(Files.text(path))
        return text.split(separator: "\n").first { $0.hasPrefix("flags:") }.map(String.init) ?? ""
    }

    @Test("A process that was forked does not write what waits in its parent")
    func afterFork() throws {
        let ends = try Ends()
        let output = LogOutput(ends.writer.number)
        while output.flush() { write(String(repeating: "w", count: 999) + "\n", to: output) }
        output.afterFork()
        _ = ends.read()
        write("mine\n", to: output)
        #expect(ends.read() == Array("mine\n".utf8))
    }

    @Test("A log without a file loses lines, says why, and goes on when there is one")
    func unopened() throws {
        try withTemporaryFolder { folder in
            let output = LogOutput(nil)
            write("one\ntwo\n", to: output)
            #expect(output.hasLoss)
            output.replace(with: try Files.openLog("\(folder)/log"))
            write("three\n", to: output)
            output.tellLoss(notice)
            #expect(Files.text("\(folder)/log") == "three\nlost 2, failed\n")
        }
    }

    @Test(
        "After a line that was cut the next one begins anew: in a process that opens the file, and in those that share it"
    )
    func cutLines() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/log"
            try Files.create(path, text: "whole\ncut", mode: 0o600)
            let edge = try LogEdge()
            let (first, second) = (
                LogOutput(try Files.openLog(path), edge: edge), LogOutput(try Files.openLog(path), edge: edge)
            )
            write("first\n", to: first)
            #expect(Files.text(path) == "whole\ncut\nfirst\n")
            let fresh = LogOutput(try Files.openLog(path), edge: edge)
            write("fresh\n", to: fresh)
            // One of them is cut by a full disk now.
            edge.wasCut()
            write("again\n", to: fresh)
            write("second\n", to: first)
            #expect(Files.text(path) == "whole\ncut\nfirst\nfresh\n\nagain\nsecond\n")
            _ = second
        }
    }
}
