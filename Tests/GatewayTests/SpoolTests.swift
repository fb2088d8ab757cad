import Octets
import Syscalls
import TestSupport
import Testing
@testable import Worker
@testable import Scoreboard

@Suite("The spool")
struct SpoolTests {
    private func append(_ bytes: [UInt8], to spool: Spool) throws {
        try bytes.withUnsafeBufferPointer { bytes throws(SyscallError) in try spool.append(bytes) }
    }

    /// All that waits, taken in pieces of at most `piece`.
    private func drain(_ spool: Spool, piece: Int = 10_000) throws -> [UInt8] {
        var all: [UInt8] = []
        while !spool.isEmpty {
            let front = try spool.front()
            try #require(front.count > 0)
            let part = front.prefix(piece)
            all += part
            spool.consume(part.count)
        }
        return all
    }

    private func pattern(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ seed) }
    }

    @Test("Nothing waits in a new spool")
    func empty() throws {
        let spool = Spool(memoryLimit: 100, folder: "/tmp")
        #expect(spool.isEmpty && spool.count == 0)
        #expect(try spool.front().count == 0)
    }

    @Test("Bytes within the limit need no file")
    func memory() throws {
        let spool = Spool(memoryLimit: 100, folder: "/nonexistent")
        try append(pattern(60, 1), to: spool)
        try append(pattern(40, 2), to: spool)
        #expect(spool.count == 100)
        #expect(try drain(spool) == pattern(60, 1) + pattern(40, 2))
    }

    @Test(
        "Bytes beyond the limit wait in a file and come out in their order",
        arguments: [1, 100, 65_536, 1_000_000])
    func file(_ piece: Int) throws {
        let spool = Spool(memoryLimit: 100, folder: "/tmp")
        var expected: [UInt8] = []
        for (index, count) in [90, 20, 5, 300, 70_000, 1].enumerated() where piece > 1 || count < 1000 {
            try append(pattern(count, index), to: spool)
            expected += pattern(count, index)
        }
        #expect(spool.count == expected.count)
        #expect(try drain(spool, piece: piece) == expected)
        #expect(spool.isEmpty && spool.count == 0)
    }

    @Test("After the file was read, memory is used again")
    func back() throws {
        let spool = Spool(memoryLimit: 100, folder: "/tmp")
        for round in 0..<20 {
            try append(pattern(90, round), to: spool)
            try append(pattern(200, round + 1), to: spool)
            #expect(try drain(spool) == pattern(90, round) + pattern(200, round + 1))
        }
    }

    @Test("Small parts follow what waits already, wherever it waits")
    func withMemory() throws {
        let spool = Spool(memoryLimit: 4, folder: "/tmp")
        _ = spool.withMemory { $0.append("head\r\n") }
        try append(Array("body".utf8), to: spool)
        _ = spool.withMemory { $0.append("tail") }
        #expect(String(decoding: try drain(spool, piece: 3), as: UTF8.self) == "head\r\nbodytail")
    }

    @Test(
        "A random order of writing and reading keeps the order of the bytes",
        arguments: 0..<8 as Range<UInt64>)
    func random(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let spool = Spool(memoryLimit: 1000, folder: "/tmp")
        var model: [UInt8] = []
        for step in 0..<400 {
            if Bool.random(using: &generator) {
                let bytes = pattern(Int.random(in: 0...900, using: &generator), step)
                if step % 5 == 0 {
                    _ = spool.withMemory { output in bytes.withUnsafeBufferPointer { output.append($0) } }
                } else {
                    try append(bytes, to: spool)
                }
                model += bytes
            } else {
                let front = try spool.front()
                let count = front.count == 0 ? 0 : Int.random(in: 0...front.count, using: &generator)
                #expect(front.isEmpty == model.isEmpty)
                #expect(Array(front.prefix(count)) == Array(model.prefix(count)))
                spool.consume(count)
                model.removeFirst(count)
            }
            #expect(spool.count == model.count && spool.isEmpty == model.isEmpty)
        }
        #expect(try drain(spool) == model)
    }

    @Test("A file that cannot be made is an error, and nothing of the bytes is kept")
    func noFolder() throws {
        let spool = Spool(memoryLimit: 100, folder: "/nonexistent")
        try append(pattern(90, 1), to: spool)
        #expect(throws: SyscallError.self) { try append(pattern(20, 2), to: spool) }
        #expect(spool.count == 90)
        try append(pattern(10, 3), to: spool)
        #expect(try drain(spool) == pattern(90, 1) + pattern(10, 3))
    }

    private func keep(_ bytes: [UInt8], in spool: Spool) -> SyscallError? {
        bytes.withUnsafeBufferPointer { spool.append(keeping: $0) }
    }

    @Test("What a file does not take waits behind it in memory, and says so until it has left")
    func held() throws {
        let scoreboard = try Scoreboard()
        scoreboard.raiseWorkerBound(over: 3)
        let space = TemporarySpace(scoreboard, worker: 3, limit: 1000)
        let spool = Spool(memoryLimit: 100, folder: "/tmp", space: space)
        #expect(keep(pattern(90, 1), in: spool) == nil)
        #expect(keep(pattern(900, 2), in: spool) == nil && !spool.isHeld)
        #expect(keep(pattern(200, 3), in: spool)?.isOutOfSpace == true)
        #expect(spool.isHeld && spool.count == 1190 && spool.footprint == 1190)
        // Nothing overtakes it.
        #expect(keep(pattern(10, 4), in: spool) == nil)
        #expect(spool.withMemory { $0.append("end") } == nil)
        #expect(
            try drain(spool, piece: 70)
                == pattern(90, 1) + pattern(900, 2) + pattern(200, 3) + pattern(10, 4) + Array("end".utf8))
        #expect(!spool.isHeld && scoreboard.temporary == 0)
        #expect(keep(pattern(500, 5), in: spool) == nil)
        #expect(try drain(spool) == pattern(500, 5))
    }

    @Test("Without a folder everything waits in memory, in its order", arguments: 0..<8 as Range<UInt64>)
    func heldWithoutFile(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let spool = Spool(memoryLimit: 1000, folder: "/nonexistent")
        var model: [UInt8] = []
        for step in 0..<300 {
            if Bool.random(using: &generator) {
                let bytes = pattern(Int.random(in: 1...900, using: &generator), step)
                _ = keep(bytes, in: spool)
                model += bytes
            } else {
                let front = try spool.front()
                let count = front.count == 0 ? 0 : Int.random(in: 0...front.count, using: &generator)
                #expect(Array(front.prefix(count)) == Array(model.prefix(count)))
                spool.consume(count)
                model.removeFirst(count)
            }
            #expect(spool.count == model.count && spool.isEmpty == model.isEmpty)
        }
        #expect(try drain(spool) == model)
    }

    @Test(
        "The end can be taken back, wherever it waits",
        arguments: [0, 1, 89, 90, 91, 500, 989, 990, 991, 1100, 1190])
    func truncate(_ count: Int) throws {
        let scoreboard = try Self.scoreboard.get()
        let space = TemporarySpace(scoreboard, worker: 3, limit: 1000)
        let spool = Spool(memoryLimit: 100, folder: "/tmp", space: space)
        let all = pattern(90, 1) + pattern(900, 2) + pattern(200, 3)
        _ = keep(pattern(90, 1), in: spool)
        _ = keep(pattern(900, 2), in: spool)
        _ = keep(pattern(200, 3), in: spool)
        spool.truncate(to: count)
        #expect(spool.count == count && spool.isEmpty == (count == 0))
        _ = keep(pattern(50, 4), in: spool)
        #expect(try drain(spool, piece: 64) == all.prefix(count) + pattern(50, 4))
    }

    private static let scoreboard = Result { () throws -> Scoreboard in
        let scoreboard = try Scoreboard()
        scoreboard.raiseWorkerBound(over: 3)
        return scoreboard
    }

    @Test("Workers share the bound, and one that is gone gives back what it had")
    func shared() throws {
        let scoreboard = try Scoreboard()
        scoreboard.raiseWorkerBound(over: 1)
        let (first, second) = (
            TemporarySpace(scoreboard, worker: 0, limit: 1000),
            TemporarySpace(scoreboard, worker: 1, limit: 1000)
        )
        try first.take(600)
        try second.take(400)
        #expect(throws: SyscallError.self) { try second.take(1) }
        #expect(scoreboard.temporary == 1000)
        second.giveBack(100)
        try first.take(100)
        _ = scoreboard.clear(worker: 0)
        #expect(scoreboard.temporary == 300)
        try second.take(700)
        // Nonsense that somebody has written there binds nobody.
        scoreboard.changeTemporary(by: -5000, worker: 0)
        #expect(scoreboard.temporary == 1000)
        try TemporarySpace(scoreboard, worker: 1, limit: 0).take(1 << 40)
    }

    @Test("A reset forgets what waits in memory and in the file")
    func reset() throws {
        let spool = Spool(memoryLimit: 100, folder: "/tmp")
        try append(pattern(90, 1), to: spool)
        try append(pattern(1000, 2), to: spool)
        spool.reset()
        #expect(spool.isEmpty && spool.count == 0)
        try append(pattern(50, 3), to: spool)
        try append(pattern(100, 4), to: spool)
        #expect(try drain(spool) == pattern(50, 3) + pattern(100, 4))
    }

    @Test("No file is left in the folder, not even while bytes wait in it")
    func nameless() throws {
        try withFolder("mkdir spool") { folder in
            let spool = Spool(memoryLimit: 10, folder: folder + "/spool")
            try append(pattern(10, 1), to: spool)
            try append(pattern(1000, 2), to: spool)
            // Nothing but an empty folder can be removed by rmdir.
            try withFolder("rmdir \(folder)/spool") { _ in }
            #expect(Files.status(folder + "/spool") == nil)
            #expect(spool.count == 1010)
        }
    }

    @Test("What waits in the file can be sent from there, in pieces, and more can follow")
    func filePart() throws {
        let spool = Spool(memoryLimit: 100, folder: "/tmp")
        try append(pattern(90, 1), to: spool)
        #expect(spool.filePart == nil)
        try append(pattern(5000, 2), to: spool)
        // The part in memory comes first.
        #expect(spool.filePart == nil)
        spool.consume(90)
        var all: [UInt8] = []
        while let part = spool.filePart {
            let count = min(part.count, 1999)
            var bytes = [UInt8](repeating: 0, count: count)
            let read = try bytes.withUnsafeMutableBufferPointer { room throws(SyscallError) in
                try Files.read(part.number, into: room, at: part.offset)
            }
            #expect(read == count)
            all += bytes
            spool.consumeFile(count)
            if all.count == 1999 { try append(pattern(300, 3), to: spool) }
        }
        #expect(all == pattern(5000, 2) + pattern(300, 3))
        #expect(spool.isEmpty && spool.footprint == 0)
    }

    @Test("A spool counts its memory, and gives back all of it")
    func counting() throws {
        let budget = MemoryBudget(limit: 1 << 20)
        do {
            let spool = Spool(memoryLimit: 100_000, folder: "/tmp", budget: budget)
            try append(pattern(50_000, 1), to: spool)
            #expect(budget.used >= 50_000)
            _ = try drain(spool)
            spool.reset(keeping: 0)
            #expect(budget.used == 0)
            _ = spool.withMemory { $0.append("head") }
            #expect(budget.used > 0)
        }
        #expect(budget.used == 0)
        let spool = Spool(memoryLimit: 100_000, folder: "/tmp", budget: budget)
        try append(pattern(50_000, 1), to: spool)
        spool.leaveBudget()
        #expect(budget.used == 0)
        #expect(try drain(spool) == pattern(50_000, 1))
    }

    @Test("Where the budget is used up bytes go to the file, in their order")
    func exhausted() throws {
        let budget = MemoryBudget(limit: 1000)
        let (first, second) = (
            Spool(memoryLimit: 100_000, folder: "/tmp", budget: budget),
            Spool(memoryLimit: 100_000, folder: "/tmp", budget: budget)
        )
        try append(pattern(2000, 1), to: first)
        #expect(budget.isExhausted)
        let used = budget.used
        _ = second.withMemory { $0.append("head") }
        try append(pattern(60_000, 2), to: second)
        try append(pattern(60_000, 3), to: second)
        #expect(budget.used < used + 1000)
        #expect(try drain(second) == Array("head".utf8) + pattern(60_000, 2) + pattern(60_000, 3))
        #expect(budget.used < used + 20_000)
        try append(pattern(100_000, 4), to: first)
        #expect(try drain(first) == pattern(2000, 1) + pattern(100_000, 4))
    }
}
