import Syscalls
import Testing

@Suite("Applications in every language", .serialized)
struct LanguageTests {
    private static let all = LanguageApplication.spawned + LanguageApplication.frameworks

    @Test("The requests that everybody is asked are answered", .timeLimit(.minutes(5)), arguments: all)
    func requests(_ application: LanguageApplication) throws {
        try application.serve { gateway in try RequestTable.ask(port: gateway.port) }
    }

    @Test(
        "The first part of an answer does not wait for the second", .timeLimit(.minutes(5)),
        arguments: all.filter(\.isStreaming))
    func streaming(_ application: LanguageApplication) throws {
        try application.serve { gateway in
            for round in 0..<2 {
                try RequestTable.askForStream(port: gateway.port, gate: gateway.folder / "gate-\(round)")
            }
        }
    }

    @Test("What it has to say to its operator is in the log", .timeLimit(.minutes(5)), arguments: all)
    func logging(_ application: LanguageApplication) throws {
        try application.serve { gateway in
            #expect(try gateway.get("/log").text == "logged")
            #expect(try gateway.get("/failure").status == 500)
            for line in ["a line for the log", "the application has failed"] {
                try eventually("'\(line)' is logged") { gateway.hasLogged(line) }
            }
        }
    }

    @Test("Many clients over few processes, and none is forgotten", .timeLimit(.minutes(5)), arguments: all)
    func crowd(_ application: LanguageApplication) throws {
        try application.serve("--processes", "2", "--workers", "2") { gateway in
            for isKept in [true, false] {
                let crowd = try Crowd(of: 8, at: gateway, isKept: isKept, requestsEach: 10) {
                    client, number in
                    "/lines/\(client)/\(number)"
                }
                try crowd.finish()
                #expect(crowd.failures == [])
            }
        }
    }

    @Test(
        "A process that ends for being asked whether it is ready is not asked again, and answers",
        .timeLimit(.minutes(5)))
    func endsWhenAsked() throws {
        let application = LanguageApplication.ruby
        try application.serve("--processes", "1", "--log-level", "info") { gateway in
            #expect(try gateway.get("/lines").status == 200)
            gateway.signal(.hup)
            try eventually("the next generation serves") { gateway.hasLogged("generation 2 serves") }
            let client = try gateway.connect()
            for number in 0..<20 {
                client.send("POST /lines?\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                #expect(try client.receive().status == 200)
            }
            #expect(gateway.log.lines.count { $0.contains("not asking any more") } == 1)
            #expect(gateway.hasLogged("it closes its connections after each answer"))
        }
    }

    @Test("A graceful stop does not have to kill an idle process", .timeLimit(.minutes(5)), arguments: all)
    func stop(_ application: LanguageApplication) throws {
        try application.serve("--processes", "2", "--graceful-timeout", "300") { gateway in
            #expect(try gateway.get("/lines").status == 200)
            try gateway.stop()
            #expect(!gateway.hasLogged("killed") && !gateway.hasLogged("KILL is sent"))
        }
    }
}
