import Syscalls
import Testing

@Suite("No descriptor left", .serialized)
struct DescriptorLimitTests {
    /// Ticks of processor time that a process has used.
    private func processorTime(_ pid: ProcessID) throws -> Int {
        let stat = try #require(Files.text("/proc/\(pid)/stat"))
        let fields = stat[stat.index(after: try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
        return try #require(Int(fields[11])) + #require(Int(fields[12]))
    }

    @Test(
        "Idle connections make room; where there are none, new ones get 503, and nothing spins",
        .timeLimit(.minutes(5))
    )
    func worker() throws {
        try withGateway("exec:\(try CProgram.responder.path)") { gateway in
            func kept() throws -> HTTPClient {
                let client = try gateway.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().status == 200)
                return client
            }
            let idle = try (0..<3).map { _ in try kept() }
            let worker = try #require(try gateway.workers.first)
            let highest = try run("ls", "/proc/\(worker)/fd").lines.compactMap { Int($0) }.max()
            let limit = try #require(highest) + 1
            try run("prlimit", "--pid", "\(worker)", "--nofile=\(limit):\(limit)")

            let gate = gateway.folder / "gate"
            var busy: [HTTPClient] = []
            for old in idle {
                let client = try gateway.connect()
                client.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                busy.append(client)
                try old.receiveEnd()
            }
            for _ in 0..<20 {
                let refused = try gateway.get("/")
                #expect(refused.status == 503 && refused["Retry-After"] == "1")
            }
            let before = try processorTime(worker)
            pause(milliseconds: 1000)
            #expect(try processorTime(worker) - before < 50)
            #expect(gateway.log.lines.count { $0.contains("out of descriptors") } < 4)
            try TextFile.write("", to: gate)
            for client in busy { #expect(try client.receive().status == 200) }
            for _ in 0..<10 { #expect(try gateway.get("/").status == 200) }
            #expect(try gateway.workers == [worker])
        }
    }

    @Test("Few descriptors mean few connections, and the log says so", .timeLimit(.minutes(5)))
    func few() throws {
        let folder = try TemporaryFolder()
        let program = folder / "few"
        try TextFile.write(
            "#!/bin/sh\nulimit -n 400\nexec \(Build.gateway) \"$@\"\n", to: program, mode: 0o755)
        try GatewayProcess(
            "exec:\(try CProgram.responder.path)", [], environment: [], folder: folder, program: program
        ).use { gateway in
            try eventually("the log says so") {
                gateway.hasLogged("400 descriptors leave room for", "ulimit -n")
            }
            var clients: [HTTPClient] = []
            for _ in 0..<200 {
                let client = try gateway.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().status == 200)
                clients.append(client)
            }
        }
    }
}
