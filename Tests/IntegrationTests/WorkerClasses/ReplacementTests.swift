import Syscalls
import Testing

@Suite("Workers that ask to be replaced", .serialized)
struct ReplacementTests {
    @Test(
        "After so many requests, of the gateway's classes and of a program's own", .timeLimit(.minutes(5)),
        arguments: ["inline", "tiny"])
    func requests(_ kind: String) throws {
        try withApplication(kind, "--max-requests", "5") { gateway in
            let first = try #require(try gateway.workers.first)
            for _ in 0..<5 { #expect(try gateway.get("/").status == 200) }
            try eventually("it asks") {
                gateway.hasLogged("(--max-requests): asking to be replaced")
            }
            try eventually("another one serves") { try !gateway.workers.contains(first) }
            #expect(try gateway.get("/").status == 200)
            #expect(!gateway.hasLogged("[error]"))
        }
    }

    @Test(
        "Under load no request fails, and successors serve before those whom they replace leave",
        .timeLimit(.minutes(5)))
    func load() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "2", "--max-requests", "50") {
            gateway in
            let kept = try Crowd(of: 6, at: gateway, isKept: true, requestsEach: nil)
            var seen: Set<ProcessID> = []
            try kept.run {
                seen.formUnion(try gateway.workers)
                return seen.count >= 8
            }
            #expect(kept.failures == [])
            kept.stop()
            try eventually("as many serve as there should be") { try gateway.workers.count == 2 }
        }
    }

    @Test("When it holds too much memory", .timeLimit(.minutes(5)))
    func memory() throws {
        try withApplication("inline", "--max-worker-memory", "64M") { gateway in
            let first = try #require(try gateway.workers.first)
            #expect(try gateway.get("/keep").text == "kept")
            try eventually("it asks") {
                gateway.hasLogged("(--max-worker-memory): asking to be replaced")
            }
            try eventually("another one serves") { try !gateway.workers.contains(first) }
            #expect(try gateway.get("/").status == 200)
        }
    }
}
