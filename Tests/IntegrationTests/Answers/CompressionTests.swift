// What is compressed and what is not, whatever way an answer comes; what the tools of the codings make of it.

import Syscalls
import Testing

@Suite("Compressed answers", .serialized)
struct CompressedAnswerTests {
    private static let html = Saying(
        lines: ["Content-Type: text/html; charset=utf-8", "ETag: \"a1\"", "Accept-Ranges: bytes"],
        body: "<p>some text of a page</p>\n*400")
    private static let text = String(repeating: "<p>some text of a page</p>\n", count: 400)

    private static func saying(_ lines: String..., status: String = "200 OK", body: String? = nil) -> Saying {
        Saying(status: status, lines: lines, body: body ?? html.body)
    }

    private static let page = "Content-Type: text/html"

    @Test(
        "A client gets the coding that it likes best", .timeLimit(.minutes(5)), arguments: AnswerPath.allCases
    )
    func negotiated(_ way: AnswerPath) throws {
        try way.withApplication(["--compress", "br,gzip"]) { gateway in
            for (accepted, coding) in [
                ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0.1, gzip;q=0.2", "gzip"),
                ("X-GZIP", "gzip"), ("*", "br"), ("identity;q=0, *;q=0.1", "br"),
            ] {
                let response = try gateway.ask(Self.html, "Accept-Encoding: \(accepted)")
                #expect(response.status == 200)
                #expect(response["Content-Encoding"] == coding, "\(accepted)")
                #expect(response["Vary"] == "Accept-Encoding")
                #expect(response["ETag"] == "W/\"a1\"")
                #expect(response["Accept-Ranges"] == nil)
                #expect(response["Content-Type"] == "text/html; charset=utf-8")
                #expect(response.body.count < 1000)
                #expect(try decoded(response.body, coding) == Self.text, "\(accepted)")
            }
            for accepted in [
                "", "deflate", "gzip;q=0, br;q=0", "identity", "gzip;q=2", "identity, gzip;q=0.5",
            ] {
                let response = try gateway.ask(Self.html, "Accept-Encoding: \(accepted)")
                #expect(response["Content-Encoding"] == nil, "\(accepted)")
                #expect(response["Vary"] == "Accept-Encoding")
                #expect(response["ETag"] == "\"a1\"")
                #expect(response["Accept-Ranges"] == "bytes")
                #expect(response.text == Self.text)
            }
            #expect(try gateway.ask(Self.html)["Content-Encoding"] == nil)
            #expect(try gateway.ask(Self.html)["Vary"] == "Accept-Encoding")
        }
    }

    @Test(
        "What is not compressed, and what then is the same", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func refused(_ way: AnswerPath) throws {
        try way.withApplication(["--compress", "gzip"]) { gateway in
            for saying in [
                Self.saying("Content-Type: image/png"), Self.saying("Content-Type: text/htmlx"),
                Self.saying("X-A: b"),
                Self.saying("Content-Type: text/event-stream"),
                Self.saying(Self.page, "Content-Encoding: br"),
                Self.saying(Self.page, "Content-Encoding: x, gzip"),
                Self.saying(Self.page, "Cache-Control: public, No-Transform"),
                Self.saying(Self.page, "Content-Range: bytes 0-9/20", status: "206 Partial Content"),
                Self.saying(Self.page, "Content-Range: bytes 0-9/20"),
                Self.saying(Self.page, status: "404 Not Found"),
                Self.saying(Self.page, status: "500 x"), Self.saying(Self.page, status: "302 Found"),
                Self.saying(Self.page, "Content-Digest: sha-256=:x:"), Self.saying(Self.page, "Digest: a"),
                Self.saying(Self.page, "Repr-Digest: a"), Self.saying(Self.page, "Content-MD5: a"),
            ] {
                let response = try gateway.ask(saying, "Accept-Encoding: gzip")
                #expect(response.text == Self.text, "\(saying.lines)")
                #expect(response["Vary"] == nil, "\(saying.lines)")
                for line in saying.lines {
                    let colon = line.firstRange(of: ": ")!
                    #expect(response[String(line[..<colon.lowerBound])] == String(line[colon.upperBound...]))
                }
            }
            // An application says no, and the word that must not be sent is not.
            let identity = try gateway.ask(
                Self.saying(Self.page, "Content-Encoding: Identity"), "Accept-Encoding: gzip")
            #expect(
                identity.text == Self.text && identity["Content-Encoding"] == nil && identity["Vary"] == nil)
            // Too short; but to whom refuses anything else it is sent as it can be.
            let short = Self.saying(Self.page, "ETag: \"s\"", "Content-Length: 5", body: "short")
            let plain = try gateway.ask(short, "Accept-Encoding: gzip")
            #expect(plain.text == "short" && plain["Content-Encoding"] == nil && plain["ETag"] == "\"s\"")
            #expect(plain["Vary"] == "Accept-Encoding")
            let forced = try gateway.ask(short, "Accept-Encoding: gzip, identity;q=0")
            #expect(forced["Content-Encoding"] == "gzip")
            #expect(try decoded(forced.body, "gzip") == "short")
        }
    }

    @Test(
        "Vary is one field, and says no more than it has to", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases
    )
    func vary(_ way: AnswerPath) throws {
        try way.withApplication(["--compress", "gzip"]) { gateway in
            for (own, expected) in [
                (["Cookie"], "Cookie, Accept-Encoding"),
                (["Cookie", "Origin"], "Cookie, Origin, Accept-Encoding"),
                (["accept-encoding, Cookie"], "accept-encoding, Cookie"), (["*"], "*"),
                ([""], "Accept-Encoding"),
            ] {
                let lines = [Self.page] + own.map { "Vary: \($0)" }
                for accepted in ["gzip", "x"] {
                    let response = try gateway.ask(
                        Saying(lines: lines, body: Self.html.body), "Accept-Encoding: \(accepted)")
                    #expect(response["Vary"] == expected)
                }
            }
        }
    }

    @Test(
        "HEAD says what GET says, as far as it is known", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func head(_ way: AnswerPath) throws {
        try way.withApplication(["--compress", "gzip"]) { gateway in
            var saying = Self.html
            if way != .handler { saying.lines.append("Content-Length: \(Self.text.utf8.count)") }
            let response = try gateway.ask(saying, "Accept-Encoding: gzip", method: "HEAD")
            #expect(response["Content-Encoding"] == "gzip" && response["ETag"] == "W/\"a1\"")
            #expect(response["Vary"] == "Accept-Encoding" && response["Content-Length"] == nil)
            #expect(response["Transfer-Encoding"] == nil && response["Accept-Ranges"] == nil)
            let plain = try gateway.ask(saying, method: "HEAD")
            #expect(plain["Content-Length"] == "\(Self.text.utf8.count)" && plain["ETag"] == "\"a1\"")
            guard way != .handler else { return }
            // An application that leaves out body and length: whether it would be long enough, nobody knows.
            saying.lines.removeLast()
            saying.body = ""
            let unknown = try gateway.ask(saying, "Accept-Encoding: gzip", method: "HEAD")
            #expect(unknown["Content-Length"] == nil && unknown["Vary"] == "Accept-Encoding")
            #expect(unknown["ETag"] == "W/\"a1\"")
        }
    }

    @Test(
        "304 names the entity tag that the client has", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func notModified(_ way: AnswerPath) throws {
        try way.withApplication(["--compress", "gzip"]) { gateway in
            let saying = Self.saying("ETag: \"a1\"", status: "304 Not Modified", body: "")
            for (known, expected) in [
                ("W/\"a1\"", "W/\"a1\""), ("\"x\", W/\"a1\"", "W/\"a1\""), ("\"a1\"", "\"a1\""),
                ("W/\"a11\"", "\"a1\""), ("*", "\"a1\""),
            ] {
                let response = try gateway.ask(
                    saying, "Accept-Encoding: gzip", "If-None-Match: \(known)")
                #expect(response.status == 304 && response.framing == .none)
                #expect(response["ETag"] == expected, "\(known)")
                #expect(response["Vary"] == "Accept-Encoding" && response["Content-Encoding"] == nil)
            }
            // Without a type it is the Vary of a 200 that may have been compressed; what rules that out is believed.
            for (line, expected) in [
                (Self.page, "Accept-Encoding"), ("Vary: Cookie", "Cookie, Accept-Encoding"),
                ("Content-Type: image/png", nil), ("Cache-Control: no-transform", nil),
                ("Content-Encoding: br", nil),
            ] as [(String, String?)] {
                let other = Self.saying("ETag: \"a1\"", line, status: "304 Not Modified", body: "")
                let response = try gateway.ask(other, "Accept-Encoding: gzip", "If-None-Match: W/\"a1\"")
                #expect(response.status == 304 && response["Vary"] == expected, "\(line)")
                #expect(response["ETag"] == (expected == nil ? "\"a1\"" : "W/\"a1\""), "\(line)")
            }
        }
    }

    @Test(
        "Each part of a stream can be read when it has come", .timeLimit(.minutes(5)),
        arguments: ["gzip", "br"])
    func streamed(_ coding: String) throws {
        try AnswerPath.fastCGI.withApplication([
            "--compress", coding, "--compress-types", "text/event-stream",
        ]) {
            gateway in
            let client = try gateway.connect()
            let gates = (0..<3).map { gateway.folder / "gate\($0)" }
            var body = ""
            for (index, gate) in gates.enumerated() { body += "data: event \(index)\n\n~@\(gate)~" }
            let saying = Saying(
                lines: ["Content-Type: text/event-stream", "X-Accel-Buffering: no"], body: body + "end")
            client.send(
                "GET \(saying.target) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: \(coding)\r\n\r\n")
            var parts = 0
            for gate in gates {
                // What has come grows, though the answer goes on.
                try eventually("the next event comes") {
                    let response = try client.poll()
                    #expect(response == nil)
                    return client.partialBodyCount > parts
                }
                parts = client.partialBodyCount
                try TextFile.write("", to: gate)
            }
            let response = try client.receive()
            #expect(response["Content-Encoding"] == coding && response.framing == .chunked)
            let events = (0..<3).map { "data: event \($0)\n\n" }.joined()
            #expect(try decoded(response.body, coding) == events + "end")
        }
    }

    @Test("Long answers arrive whole, with a length or without, in old and new HTTP", .timeLimit(.minutes(5)))
    func long() throws {
        try AnswerPath.fastCGI.withApplication(["--compress", "br,gzip"]) { gateway in
            let line = "a line that is as long as it is, and not longer\n"
            let body = Array(repeating: line + "*9000", count: 8).joined(separator: "~")
            let text = String(repeating: line, count: 72_000)
            for (coding, version) in [("gzip", "1.1"), ("br", "1.1"), ("gzip", "1.0"), ("br", "1.0")] {
                for lines in [[Self.page], [Self.page, "Content-Length: \(text.utf8.count)"]] {
                    let response = try gateway.ask(
                        Saying(lines: lines, body: body), "Accept-Encoding: \(coding)", version: version)
                    #expect(response["Content-Encoding"] == coding)
                    #expect(response.framing == (version == "1.1" ? .chunked : .untilClose))
                    #expect(response.body.count < text.utf8.count / 20)
                    #expect(try decoded(response.body, coding) == text)
                }
            }
        }
    }

    @Test("An answer that is cut looks cut, and one that is too long is not", .timeLimit(.minutes(5)))
    func cut() throws {
        try AnswerPath.fastCGI.withApplication(["--compress", "gzip"]) { gateway in
            for body in ["text*3000", "text*3000~text*3000", "text*3000~!"] {
                let saying = Saying(lines: [Self.page, "Content-Length: 100000"], body: body)
                #expect(throws: AnswerError.self, "\(body)") {
                    try gateway.ask(saying, "Accept-Encoding: gzip")
                }
            }
            for body in ["text*3000", "text*1000~text*2000"] {
                let saying = Saying(lines: [Self.page, "Content-Length: 4000"], body: body)
                let response = try gateway.ask(saying, "Accept-Encoding: gzip")
                #expect(try decoded(response.body, "gzip") == String(repeating: "text", count: 1000))
            }
            #expect(gateway.hasLogged("more than its Content-Length"))
        }
    }

    @Test("Beyond --compress-limit answers are sent as they are", .timeLimit(.minutes(5)))
    func limit() throws {
        try AnswerPath.fastCGI.withApplication([
            "--compress", "gzip", "--compress-limit", "1", "--processes", "2",
        ]) {
            gateway in
            let gate = gateway.folder / "gate"
            let saying = Saying(
                lines: [Self.page, "ETag: \"a\"", "Content-Length: 4001"], body: "text*1000~@\(gate)~.")
            let client = try gateway.connect()
            client.send("GET \(saying.target) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            try eventually("the first answer has begun") {
                _ = try client.poll()
                return client.partialBodyCount > 0
            }
            let plain = try gateway.ask(Self.html, "Accept-Encoding: gzip")
            #expect(
                plain.text == Self.text && plain["ETag"] == "\"a1\"" && plain["Vary"] == "Accept-Encoding")
            let other = try gateway.connect()
            other.send("GET \(saying.target) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            try eventually("the second answer has begun") {
                _ = try other.poll()
                return other.partialBodyCount > 0
            }
            try TextFile.write("", to: gate)
            #expect(try client.receive()["Content-Encoding"] == "gzip")
            let second = try other.receive()
            #expect(second["Content-Encoding"] == nil && second.framing == .length(4001))
            #expect(try gateway.ask(Self.html, "Accept-Encoding: gzip")["Content-Encoding"] == "gzip")
        }
    }

    @Test("Off is the default; a route has settings of its own; curl understands it", .timeLimit(.minutes(5)))
    func settings() throws {
        try AnswerPath.fastCGI.withApplication { gateway in
            let response = try gateway.ask(
                Self.saying(Self.page, "Vary: x", "ETag: \"e\""), "Accept-Encoding: gzip, br")
            #expect(response.text == Self.text && response["Vary"] == "x" && response["ETag"] == "\"e\"")
        }
        let script = Build.application("says.py")
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                compress: gzip
                applications:
                  says: {run: "exec:python3 \(script)", processes: 1}
                routes:
                  - {path: /say, application: says}
                  - {path: /off/*, application: says, compress: off}
                  - {path: /small/*, application: says, compress: br, compress-min-length: 5, compress-types: [a/b], compress-level: 9}
                """, folder: try TemporaryFolder())
        try gateway.use { gateway in
            let page = Self.html.target.dropFirst("/say".utf8.count)
            let fields = ["Accept-Encoding: gzip, br"]
            #expect(try gateway.ask("GET", "/say\(page)", fields: fields)["Content-Encoding"] == "gzip")
            #expect(try gateway.ask("GET", "/off/x\(page)", fields: fields)["Content-Encoding"] == nil)
            #expect(try gateway.ask("GET", "/small/x\(page)", fields: fields)["Content-Encoding"] == "br")
            let small = Saying(lines: ["Content-Type: A/B;x=y"], body: "12345").target.dropFirst(4)
            #expect(try gateway.ask("GET", "/small/x\(small)", fields: fields)["Content-Encoding"] == "br")
            let curl = try run(
                "curl", "-sS", "--compressed", "--max-time", "20",
                "http://127.0.0.1:\(try gateway.port)\(Self.html.target)")
            #expect(curl == Self.text)
        }
    }
}
