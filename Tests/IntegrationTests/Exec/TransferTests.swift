import Syscalls
import Testing

/// Bytes that show where they stand: the application writes the same ones.
private enum Pattern {
    static let block = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
    static let blockSum = block.reduce(0) { $0 + Int($1) }

    static func byte(at offset: Int) -> UInt8 { block[offset % block.count] }
}

@Suite("Large bodies", .serialized)
struct TransferTests {
    private static let blocks = 800  // 50 MB

    @Test("An upload of 50 MB arrives whole, whether its length is announced or not", .timeLimit(.minutes(5)))
    func upload() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--timeout", "120") { gateway in
            let count = Self.blocks * Pattern.block.count
            let expected = "\(count) bytes, sum \(Self.blocks * Pattern.blockSum)"

            var client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
            for _ in 0..<Self.blocks {
                client.send(Pattern.block)
                try client.sendAll()
            }
            #expect(try client.receive(within: 120).text == expected)

            client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for index in 0..<Self.blocks {
                // Chunks of two sizes, so that their borders fall on no border of the gateway's.
                let split = 1 + index * 79
                for part in [Pattern.block[..<split], Pattern.block[split...]] where !part.isEmpty {
                    client.send("\(String(part.count, radix: 16))\r\n")
                    client.send(Array(part))
                    client.send("\r\n")
                }
                try client.sendAll()
            }
            client.send("0\r\n\r\n")
            #expect(try client.receive(within: 120).text == expected)
        }
    }

    @Test("A download of 100 MB arrives whole", .timeLimit(.minutes(5)))
    func download() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--timeout", "120") { gateway in
            let count = 100_000_000
            let client = try gateway.connect()
            var misplaced = 0
            client.inspectBody = { offset, part in
                guard let first = part.first, let last = part.last else { return }
                if first != Pattern.byte(at: offset) { misplaced += 1 }
                if last != Pattern.byte(at: offset + part.count - 1) { misplaced += 1 }
            }
            client.send("GET /?n=\(count) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.receive(within: 120)
            #expect(response.framing == .length(count))
            #expect(response.bodyCount == count)
            #expect(misplaced == 0)
        }
    }

    @Test("A body of unknown length is chunked, and is whole", .timeLimit(.minutes(5)))
    func chunkedDownload() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            for count in [0, 1, 65_535, 65_536, 1_000_000] {
                client.send("GET /?c=\(count) HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try client.receive()
                #expect(response.body.count == count)
                #expect(response.body.last == (count > 0 ? Pattern.byte(at: count - 1) : nil))
            }
        }
    }

    @Test("A client that reads slowly does not hold the application process", .timeLimit(.minutes(5)))
    func slowReader() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "1") { gateway in
            let count = 32_000_000
            let slow = try gateway.connect()
            slow.inspectBody = { _, _ in }
            slow.send("GET /?n=\(count) HTTP/1.1\r\nHost: a\r\n\r\n")
            // The only process is free again although nobody has read what it said.
            #expect(try gateway.get("/").text == "Hello, world\n")
            #expect(try slow.receive().bodyCount == count)
        }
    }

    @Test("A client that half-closes still gets its answer", .timeLimit(.minutes(5)))
    func halfClosed() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            for target in ["/", "/?d=300", "/?c=1000000"] {
                let client = try gateway.connect()
                client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                client.shutdownSending()
                #expect(try client.receive().status == 200)
                try client.receiveEnd()
            }
        }
    }

    @Test("A client that leaves holds nothing, before, within and after its request", .timeLimit(.minutes(5)))
    func clientLeaves() throws {
        let folder = try TemporaryFolder()
        let gate = folder / "gate"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "1",
            folder: folder
        ) { gateway in
            for request in [
                "", "GET / HT", "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
            ] {
                for isReset in [false, true] {
                    let client = try gateway.connect()
                    client.send(request)
                    if isReset { client.reset() } else { client.close() }
                }
            }
            // One leaves while the application works, one while it waits for a process, one within its
            // answer.
            let working = try gateway.connect()
            working.send("GET /working?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the application works") { gateway.calls.contains { $0.contains("/working") } }
            let waiting = try gateway.connect()
            waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n")
            working.reset()
            waiting.reset()
            try TextFile.write("", to: gate)
            #expect(try gateway.get("/").text == "Hello, world\n")

            let reading = try gateway.connect()
            reading.inspectBody = { _, _ in }
            reading.send("GET /reading?n=64000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the answer begins") { gateway.calls.contains { $0.contains("/reading") } }
            reading.reset()
            #expect(try gateway.get("/").text == "Hello, world\n")
            // A body that broke off is never shown to an application.
            #expect(!gateway.calls.contains { $0.contains("/upload") })
        }
    }
}
