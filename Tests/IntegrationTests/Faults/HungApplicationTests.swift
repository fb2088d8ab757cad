import Syscalls
import Testing

@Suite("Applications that hang", .serialized)
struct HungApplicationTests {
    @Test("One of four hangs: the others serve, it is killed, its client gets 504", .timeLimit(.minutes(5)))
    func oneHangs() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "4", "--workers", "2", "--timeout", "2"
        ) { gateway in
            let before = try gateway.applications
            let hung = try gateway.connect()
            hung.send("GET /hung?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the request hangs") { gateway.calls.contains("GET /hung?hang") }

            // The crowd goes on until the hung process is dead, and a while after it.
            let crowd = try Crowd(of: 32, at: gateway, isKept: true, requestsEach: nil) { _, _ in "/?d=2" }
            var answer: HTTPResponse?
            try crowd.run {
                answer = try answer ?? hung.poll()
                return answer != nil
            }
            #expect(answer?.status == 504)
            let served = crowd.successes
            #expect(served > 0)
            try crowd.run { crowd.successes > served + 200 }
            #expect(crowd.failures == [])
            crowd.stop()

            try eventually("the pool is whole again") { try gateway.applications.count == 4 }
            #expect(Set(try gateway.applications).intersection(before).count == 3)
            #expect(gateway.hasLogged("no answer within 2 s to GET /hung?hang"))
            #expect(gateway.hasLogged("timed out, KILL is sent to it"))
            try gateway.expectAllProcessesServe()
        }
    }

    @Test(
        "The client of a hung request may leave: the process is killed all the same", .timeLimit(.minutes(5)))
    func clientOfHungRequestLeaves() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--timeout", "2") { gateway in
            let before = try gateway.applications
            let client = try gateway.connect()
            client.send("GET /hung?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the request hangs") { gateway.calls.contains("GET /hung?hang") }
            client.reset()
            // The only process is hung, so this waits for its successor.
            #expect(try gateway.get("/").status == 200)
            #expect(Set(try gateway.applications).isDisjoint(with: before))
        }
    }

    @Test("An application that stops in the middle of its answer: the answer is cut", .timeLimit(.minutes(5)))
    func hangsInAnswer() throws {
        let folder = try TemporaryFolder()
        try withGateway(
            "exec:python3 \(Build.application("misbehaving/main.py"))", "--timeout", "2", folder: folder
        ) { gateway in
            let client = try gateway.connect()
            client.send("GET /two-writes?\(folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: AnswerError.cut(status: 200, bodyCount: 6)) { try client.receive() }
            #expect(try gateway.get("/fine").text == "fine")
        }
    }
}
