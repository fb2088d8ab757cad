import Syscalls
import Testing

@Suite("Beside spawn-fcgi", .serialized)
struct ComparisonTests {
    private func compare(_ row: Comparison) throws {
        let port = try freePort()
        var (theirs, ours) = (try row.observe(Comparison.original, port: port), [Aspect: String]())
        for attempt in 1...5 {
            ours = try row.observe(try Comparison.ours(), port: port)
            // On a busy machine a process that ends at once may not have done so within a tenth of a second.
            let isTimed = [theirs, ours].contains { $0[.errors]?.contains("spawn-fcgi: child ") == true }
            if !isTimed || theirs[.code] == ours[.code] || attempt == 5 { break }
            theirs = try row.observe(Comparison.original, port: port)
        }
        for aspect in Aspect.allCases {
            check(aspect, ours[aspect] ?? "", theirs[aspect] ?? "", differs: row.differs.contains(aspect))
        }
    }

    private func check(_ aspect: Aspect, _ ours: String, _ theirs: String, differs: Bool) {
        guard !differs else {
            #expect(ours != theirs, "\(aspect) of both is the same, and is said to differ")
            return
        }
        // The lines that are not the same, or all of them where only their order or number differs.
        let (our, their) = (ours.lines, theirs.lines)
        let (more, fewer) = (our.filter { !their.contains($0) }, their.filter { !our.contains($0) })
        #expect(more == fewer, "\(aspect) differs")
        #expect(our == their || more != fewer, "\(aspect) differs in its order")
    }

    @Test("It is spawn-fcgi 1.6.4 that ours is compared with", .timeLimit(.minutes(5)))
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
