import Syscalls
import Testing
@testable import Scoreboard

@Suite("What is known of a server")
struct ServerRecordTests {
    private let scoreboard: Scoreboard

    init() throws { scoreboard = try Scoreboard() }

    private var record: ServerRecord { scoreboard.record(server: 5) }

    @Test("Failures in a row take it out for a while, and an answer brings it back")
    func failures() {
        #expect(!record.isOut(1000))
        #expect(!record.failed(1000, limit: 3, pause: 500) && !record.failed(1000, limit: 3, pause: 500))
        record.succeeded()
        #expect(!record.failed(1000, limit: 3, pause: 500) && !record.failed(1001, limit: 3, pause: 500))
        #expect(!record.isOut(1001))
        // Said once, though others go on failing.
        #expect(record.failed(1002, limit: 3, pause: 500))
        #expect(!record.failed(1003, limit: 3, pause: 500))
        #expect(record.isOut(1502) && !record.isOut(1503))
        // After its pause one failure is enough: it has not been right since.
        #expect(record.failed(2000, limit: 3, pause: 500) && record.isOut(2000))
        record.succeeded()
        #expect(!record.isOut(2000) && !record.failed(2001, limit: 3, pause: 500))
    }

    @Test("With max-fails 0 it is never out")
    func never() {
        for now in 0..<100 as Range<UInt64> { #expect(!record.failed(now, limit: 0, pause: 500)) }
        #expect(!record.isOut(50))
    }

    @Test("One that does not answer the master is out whatever the time; neighbours know nothing of it")
    func healthCheck() {
        record.setAnswers(false)
        #expect(record.isOut(0) && record.isOut(.max))
        record.succeeded()
        #expect(record.isOut(0))
        record.setAnswers(true)
        #expect(!record.isOut(0))
        _ = record.failed(1, limit: 1, pause: 1)
        #expect(!scoreboard.record(server: 4).isOut(1) && !scoreboard.record(server: 6).isOut(1))
        record.clear()
        #expect(!record.isOut(1) && record.address == nil)
    }

    @Test(
        "An address comes back as it was",
        arguments: ["127.0.0.1", "255.255.255.255", "::1", "2001:db8::ff00:42:8329", "fe80::1%lo"])
    func address(_ host: String) throws {
        #expect(record.address == nil)
        let address = try #require(SocketAddress.resolve(host: host, port: 65_535).first)
        record.setAddress(address)
        #expect(record.address?.description == address.description)
        #expect(record.address?.octets(limit: 32) == address.octets(limit: 32))
    }

    @Test("The place of a unix socket does not fit and changes nothing")
    func unixAddress() throws {
        record.setAddress(try #require(SocketAddress(unixPath: "/run/a")))
        #expect(record.address == nil)
        let octets = [UInt8](repeating: 0, count: 32)
        #expect(octets.withUnsafeBytes { SocketAddress(octets: $0) } == nil)
    }

    @Test("A reader never sees half of an address", .timeLimit(.minutes(5)))
    func torn() throws {
        // IPv4 and IPv6 in turn, with ports that name them: a mixture would show.
        let hosts = (1...200).map { $0 % 2 == 0 ? "10.\($0).\($0).\($0)" : "2001:\($0):\($0):\($0)::\($0)" }
        var addresses: [SocketAddress] = []
        for (index, host) in hosts.enumerated() {
            addresses += try SocketAddress.resolve(host: host, port: UInt16(index + 1)).prefix(1)
        }
        let texts = addresses.map(\.description)
        let pid = try ChildProcess.fork(diesWithParent: false)
        if pid == 0 {
            for round in 0..<200_000_000 {
                if scoreboard.state(worker: 2) == .draining { break }
                record.setAddress(addresses[round % addresses.count])
            }
            SystemProcess.exitImmediately(0)
        }
        defer {
            scoreboard.setState(.draining, worker: 2)
            ChildProcess.wait(pid)
        }
        var seen = Set<UInt16>()
        var whole = 0
        let end = Clock.monotonicMilliseconds() + 20_000
        while whole < 20_000 || seen.count < 150, Clock.monotonicMilliseconds() < end {
            guard let found = record.address else { continue }
            whole += 1
            seen.insert(found.port)
            try #require((1...200).contains(found.port) && found.description == texts[Int(found.port) - 1])
        }
        #expect(whole >= 20_000 && seen.count >= 150, "\(whole) \(seen.count)")
    }

    @Test("A writer that was killed in the middle is overtaken by the next one")
    func killedWriter() throws {
        let first = try SocketAddress.resolve(host: "10.0.0.1", port: 1)[0]
        let second = try SocketAddress.resolve(host: "10.0.0.2", port: 2)[0]
        record.setAddress(first)
        // The sequence counter stays odd.
        let sequence = record.words[3].load(ordering: .relaxed)
        record.words[3].store(sequence | 1, ordering: .relaxed)
        #expect(record.address == nil)
        record.setAddress(second)
        #expect(record.address?.description == "10.0.0.2:2")
    }
}
