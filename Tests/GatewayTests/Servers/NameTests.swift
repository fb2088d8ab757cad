import Syscalls
import Testing
@testable import EventLoop
@testable import Master
@testable import Plans
@testable import Scoreboard
@testable import Settings

@Suite("Where names lead")
struct NameTests {
    private let scoreboard: Scoreboard

    init() throws { scoreboard = try Scoreboard() }

    private func address(_ host: String, _ port: UInt16 = 9000) throws -> SocketAddress {
        try #require(SocketAddress.resolve(host: host, port: port).first)
    }

    private func read(_ octets: [UInt8]) -> NameAnswer? { octets.withUnsafeBytes { NameAnswer(octets: $0) } }

    @Test("An answer comes back as it was", arguments: ["127.0.0.1", "2001:db8::7", nil] as [String?])
    func answer(_ host: String?) throws {
        let address = try host.map { try self.address($0) }
        let octets = NameAnswer(position: 63, address: address).octets
        #expect(octets.count == NameAnswer.octetCount)
        let answer = try #require(read(octets))
        #expect(answer.position == 63 && answer.address?.description == address?.description)
    }

    @Test("What is no answer is none, whatever it says of its length")
    func noAnswer() throws {
        let octets = NameAnswer(position: 1, address: try address("10.0.0.1")).octets
        #expect(read(Array(octets.dropLast())) == nil && read(octets + [0]) == nil && read([]) == nil)
        for length in 1...255 as ClosedRange<UInt8> where length != octets[1] {
            var wrong = octets
            wrong[1] = length
            #expect(read(wrong) == nil)
        }
        #expect(read([1, 16] + [UInt8](repeating: 0xFF, count: 32)) == nil)
        // A unix address.
        #expect(read([1, 16, 1, 0] + [UInt8](repeating: 0x61, count: 30)) == nil)
    }

    @Test("Answers are taken from a pipe however they are cut; who has closed it hears nothing")
    func pipe() throws {
        let loop = try EventLoop()
        let (readEnd, writeEnd) = try Pipe(readsWithoutBlocking: true).intoNumbers()
        var positions: [Int] = []
        let answers = try NameAnswers(OwnedDescriptor(adopting: readEnd), loop: loop) {
            positions.append($0.position)
        }
        let octets = try (0..<3).flatMap { NameAnswer(position: $0, address: try address("10.0.0.1")).octets }
        for part in [octets[..<20], octets[20..<70], octets[70...]] {
            _ = Array(part).withUnsafeBufferPointer { Descriptor.writeAll(writeEnd, $0) }
            answers.ready(.readable)
        }
        #expect(positions == [0, 1, 2])
        _ = octets.withUnsafeBufferPointer { Descriptor.writeAll(writeEnd, $0) }
        answers.close()
        answers.finish()
        answers.ready(.readable)
        #expect(positions == [0, 1, 2])
        Descriptor.closeInherited(writeEnd)
    }

    private func plan(_ text: String, resolvesNames: Bool = false) throws -> ApplicationPlan {
        try ApplicationPlan(
            .fcgi(ServerEntry.list(text)), name: "a", settings: Settings(), resolvesNames: resolvesNames)
    }

    @Test("A name is looked up when the plan is made only where that is asked for; figures always are")
    func plans() throws {
        let text = "127.0.0.1:1,[::1]:2,unix:/run/a,unix:@a,localhost:3"
        #expect(try plan(text).servers.map { $0.address == nil } == [false, false, false, false, true])
        #expect(try plan(text, resolvesNames: true).servers.allSatisfy { $0.address != nil })
        // Too long for any name: no resolver is asked.
        let name = String(repeating: "a", count: 300)
        let error = #expect(throws: ConfigurationError.self) {
            try plan("\(name):1", resolvesNames: true)
        }
        #expect(error?.message.hasPrefix("cannot resolve '\(name):1'") == true)
    }

    @Test("Workers read what the master knows, and the master does not read what stands there")
    func table() throws {
        let table = ServerAddresses(
            try plan("127.0.0.1:1,name.invalid:2").servers, indices: [3, 4], scoreboard: scoreboard)
        #expect(!table.isComplete && table[0]?.port == 1 && table[1] == nil)
        table.publish()
        #expect(scoreboard.record(server: 3).address == nil && scoreboard.record(server: 4).address == nil)
        table.set(1, try address("10.0.0.2", 2))
        #expect(table.isComplete && scoreboard.record(server: 4).address?.description == "10.0.0.2:2")
        scoreboard.record(server: 4).setAddress(try address("10.6.6.6", 6))
        #expect(table[1]?.description == "10.0.0.2:2")
    }

    @Test("What replaces an application starts with what was known of the same names")
    func learning() throws {
        let old = ServerAddresses(
            try plan("x.invalid:1,y.invalid:2,z.invalid:3").servers, indices: [0, 1, 2],
            scoreboard: scoreboard)
        old.set(1, try address("10.0.0.2", 2))
        let new = ServerAddresses(
            try plan("y.invalid:2,z.invalid:3,y.invalid:4,127.0.0.1:5").servers, indices: [5, 6, 7, 8],
            scoreboard: scoreboard)
        new.learn(from: old)
        #expect((0..<4).map { new[$0]?.description } == ["10.0.0.2:2", nil, nil, "127.0.0.1:5"])
        new.publish()
        #expect(scoreboard.record(server: 5).address?.description == "10.0.0.2:2")
        #expect(scoreboard.record(server: 6).address == nil)
    }
}
