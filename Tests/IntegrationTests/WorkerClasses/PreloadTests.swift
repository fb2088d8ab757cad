import Testing

@Suite("Where an application is built", .serialized)
struct PreloadTests {
    private func builds(_ gateway: GatewayProcess) -> Int { gateway.hookLines.count { $0 == "build" } }

    @Test("Each worker builds its own", .timeLimit(.minutes(5)))
    func perWorker() throws {
        try withApplication("inline", "--workers", "3") { gateway in
            #expect(builds(gateway) == 3)
        }
    }

    @Test(
        "With --preload the master builds it once, before it forks, and at a reload when that has been tried",
        .timeLimit(.minutes(5)))
    func preloaded() throws {
        try withApplication("inline", "--workers", "3", "--preload") { gateway in
            #expect(builds(gateway) == 1)
            let lines = gateway.hookLines
            #expect(lines.firstIndex(of: "build")! < lines.firstIndex { $0.hasPrefix("preFork") }!)
            #expect(try gateway.get("/").status == 200)
            gateway.signal(.hup)
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            // Once to try it, in a process of its own, and once in the master.
            #expect(builds(gateway) == 3)
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("With --preload a builder that throws is 3, one that finds nothing 4", .timeLimit(.minutes(5)))
    func failures() throws {
        for (kind, code) in [("failing", 3), ("missing", 4)] {
            let (status, _, errors) = try outcome(
                of: [Build.testApplication, "--preload", "--bind", "127.0.0.1:0"],
                ["TEST_APPLICATION=\(kind)"])
            #expect(status == .exited(code), "\(errors)")
        }
    }
}
