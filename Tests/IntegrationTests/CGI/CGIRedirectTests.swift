import Syscalls
import Testing

@Suite("A CGI script that asks for another path", .serialized)
struct CGIRedirectTests {
    @Test(
        "Its client may leave while it is still at work: nobody else's request is touched",
        .timeLimit(.minutes(5)))
    func clientLeaves() throws {
        let scripts = try ScriptFolder()
        let (gate, begun) = (scripts.folder / "notes/gate", scripts.folder / "notes/begun")
        try scripts.add(
            "away.sh",
            """
            #!/bin/sh
            printf 'Location: /count.sh\\n\\n'
            exec >&-
            : > \(begun)
            while [ ! -e \(gate) ]; do sleep 0.01; done

            """)
        try scripts.add(
            "count.sh",
            """
            #!/bin/sh
            printf 'Content-Type: text/plain\\n\\n%s %s' "$REQUEST_METHOD" "$(head -c "${CONTENT_LENGTH:-0}")"

            """)
        try withGateway(
            "cgi:\(scripts.path)", "--processes", "4", "--workers", "1", folder: scripts.folder
        ) { gateway in
            for _ in 0..<3 {
                Files.remove(gate)
                Files.remove(begun)
                let first = try gateway.connect()
                first.send("GET /away.sh HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("the script is at work") { Files.status(begun) != nil }
                first.reset()
                // The gateway's one worker is single-threaded: when it has answered this, it knows of the reset.
                #expect(try gateway.get("/count.sh").text == "GET ")
                let second = try gateway.connect()
                second.send("POST /count.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
                #expect(try gateway.get("/count.sh").text == "GET ")
                try TextFile.write("", to: gate)
                #expect(try gateway.get("/count.sh").text == "GET ")
                try #require(try second.poll() == nil, "half a request is answered")
                second.send("56789")
                #expect(try second.receive().text == "POST 0123456789")
            }
            #expect(!gateway.hasLogged("given back twice"))
            #expect(!gateway.hasLogged("signal"))
        }
    }
}
