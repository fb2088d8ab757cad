import Syscalls
import Testing

@Suite("Beside spawn-fcgi", .serialized)
struct ComparisonTests {
    private func compare(_ row: Comparison) throws {
        let port = try freePort()
        let theirs = try row.observe(Comparison.original, port: port)
        let ours = try row.observe(try Comparison.ours(), port: port)
        for aspect in Aspect.allCases {
            let (their, our) = (theirs[aspect] ?? "", ours[aspect] ?? "")
            if row.differs.contains(aspect) {
                #expect(our != their, "\(aspect) of both is the same, and is said to differ")
            } else {
                // The lines that are not the same, or all of them where only their order or number differs.
                let (our, their) = (our.lines, their.lines)
                let (more, fewer) = (our.filter { !their.contains($0) }, their.filter { !our.contains($0) })
                #expect(more == fewer, "\(aspect) differs")
                #expect(our.count == their.count, "\(aspect) differs: \(our) instead of \(their)")
            }
        }
    }

    @Test("It is spawn-fcgi 1.6.4 that ours is compared with", .timeLimit(.minutes(1)))
    func version() throws {
        let said = try run(Comparison.original, "-v")
        #expect(said == "spawn-fcgi v1.6.4 (ipv6) - spawns FastCGI processes\n")
    }

    @Test("The command line", .timeLimit(.minutes(2)), arguments: Comparison.usage)
    func usage(_ row: Comparison) throws { try compare(row) }

    @Test("The socket", .timeLimit(.minutes(2)), arguments: Comparison.sockets)
    func sockets(_ row: Comparison) throws { try compare(row) }

    @Test("The processes and their pid file", .timeLimit(.minutes(2)), arguments: Comparison.processes)
    func processes(_ row: Comparison) throws { try compare(row) }

    @Test("Users, groups and roots", .timeLimit(.minutes(2)), arguments: Comparison.identities)
    func identities(_ row: Comparison) throws {
        try #require(SystemProcess.isRoot, "this test is about what root can do: run it as root")
        try compare(row)
    }
}
