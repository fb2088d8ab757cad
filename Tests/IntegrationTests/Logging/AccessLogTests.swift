import Syscalls
import Testing

@Suite("The access log", .serialized)
struct AccessLogTests {
    @Test("Every request is a line in the combined format", .timeLimit(.minutes(5)))
    func combined() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--access-log", path, "--timeout", "1", folder: folder
        ) { gateway in
            let client = try gateway.connect()
            client.send("GET /a?b=c HTTP/1.1\r\nHost: a\r\nReferer: http://x/\r\nUser-Agent: one two\r\n\r\n")
            #expect(try client.receive().status == 200)
            client.send("HEAD / HTTP/1.0\r\n\r\n")
            #expect(try client.receive(toHead: true).status == 200)
            #expect(try gateway.get("/?c=100000").bodyCount == 100_000)
            #expect(try gateway.get("/?hang").status == 504)
            let wrong = try gateway.connect()
            wrong.send("nonsense\r\n\r\n")
            #expect(try wrong.receive().status == 400)

            try eventually("all five are logged") { TextFile.read(path).lines.count == 5 }
            let lines = TextFile.read(path).lines
            let time = #/\[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\]/#
            for (index, expected) in [
                #"127.0.0.1 - - TIME "GET /a?b=c HTTP/1.1" 200 13 "http://x/" "one two""#,
                #"127.0.0.1 - - TIME "HEAD / HTTP/1.0" 200 0 "-" "-""#,
                #"127.0.0.1 - - TIME "GET /?c=100000 HTTP/1.1" 200 100000 "-" "-""#,
            ].enumerated() {
                let line = lines[index].replacing(time, with: "TIME")
                #expect(line == expected)
            }
            #expect(lines[3].contains(#""GET /?hang HTTP/1.1" 504 "#))
            #expect(lines[4].contains(#""nonsense" 400 "#))
        }
    }

    @Test("No request can forge a line or end a quotation", .timeLimit(.minutes(5)))
    func escaping() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway("exec:\(CProgram.responder.path)", "--access-log", path, folder: folder) { gateway in
            let client = try gateway.connect()
            client.send(
                "GET /\"x\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: a\" \\ \t\u{E4} b\r\nReferer: \"\r\n\r\n")
            _ = try client.receive()
            try eventually("it is logged") { TextFile.read(path).lines.count == 1 }
            let line = TextFile.read(path)
            #expect(line.count { $0 == "\"" } == 6)
            #expect(line.hasSuffix(#""\x22" "a\x22 \x5C \x09\xC3\xA4 b""# + "\n"))
        }
    }

    @Test("A client that leaves is logged with 499", .timeLimit(.minutes(5)))
    func clientLeaves() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway("exec:\(CProgram.responder.path)", "--access-log", path, folder: folder) { gateway in
            let client = try gateway.connect()
            client.send("GET /?until=\(folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            client.reset()
            try eventually("it is logged") { TextFile.read(path).contains("\" 499 0 ") }
            try TextFile.write("", to: folder / "gate")
        }
    }

    @Test("A dash is standard output", .timeLimit(.minutes(5)))
    func standardOutput() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--access-log", "-") { gateway in
            #expect(try gateway.get("/here").status == 200)
            try eventually("it is logged") { gateway.hasLogged("\"GET /here HTTP/1.1\" 200 13") }
        }
    }

    @Test("A full disk loses lines and nothing else, and the error log counts them", .timeLimit(.minutes(5)))
    func fullDisk() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--access-log", "/dev/full") { gateway in
            #expect(try gateway.get("/lost").status == 200)
            try eventually("it is counted") {
                gateway.hasLogged("[error]", "1 line of the access log could not be written: No space left")
            }
            #expect(try gateway.get("/on").status == 200)
        }
    }
}
