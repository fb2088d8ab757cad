import Syscalls
import Testing

@Suite("Every address of both families", .serialized)
struct AddressTests {
    private var hasIPv6: Bool {
        Files.status("/proc/net/if_inet6") != nil && !TextFile.read("/proc/net/if_inet6").isEmpty
    }

    private func places(_ port: UInt16) -> [String] {
        ["127.0.0.1:\(port)"] + (hasIPv6 ? ["[::1]:\(port)"] : [])
    }

    private func expectServed(_ port: UInt16, _ line: String) throws {
        for place in places(port) {
            let status = try run(
                "curl", "-gsS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20",
                "http://\(place)/")
            #expect(status == "200", "\(place): \(line)")
        }
    }

    /// The port of `http://0.0.0.0:PORT/` in the line that says where the gateway listens.
    private func port(_ gateway: GatewayProcess) throws -> UInt16 {
        let text = try #require(
            gateway.log.split(separator: "listening at http://0.0.0.0:").dropFirst().first)
        return try #require(UInt16(text.prefix { $0.isNumber }))
    }

    @Test(
        ":PORT and *:PORT are IPv4 and IPv6, at one free port, and the log names both",
        .timeLimit(.minutes(5)), arguments: [":0", "*:0"])
    func every(_ address: String) throws {
        try withGateway("exec:\(CProgram.responder.path)", "--bind", address) { gateway in
            let port = try port(gateway)
            let both =
                "listening at http://0.0.0.0:\(port)/"
                + (hasIPv6 ? " and http://[::]:\(port)/ with" : " with")
            #expect(gateway.hasLogged(both), "\(gateway.log)")
            try expectServed(port, gateway.log)
        }
    }

    @Test("The same addresses written otherwise are the same sockets at a reload", .timeLimit(.minutes(5)))
    func reload() throws {
        let folder = try TemporaryFolder()
        func text(_ binds: String) throws -> String {
            "workers: 1\nprocesses: 1\napplication: 'exec:\(try CProgram.responder.path)'\nbind: \(binds)\n"
        }
        try TextFile.write(text("['*:0']"), to: folder / "gateway.yaml")
        try GatewayProcess(nil, ["--config", "gateway.yaml"], environment: [], folder: folder).use {
            gateway in
            let port = try port(gateway)
            var generation = 1
            for binds in [
                "['0.0.0.0:\(port)', '[::]:\(port)']", "[':\(port)', '127.0.0.1:\(port)']",
                "['[::]:\(port)']", "'*:\(port)'",
            ] {
                try TextFile.write(text(binds), to: folder / "gateway.yaml")
                gateway.signal(.hup)
                generation += 1
                try eventually("generation \(generation) serves") {
                    #expect(!gateway.hasLogged("reload failed"), "\(binds): \(gateway.log)")
                    return gateway.hasLogged("generation \(generation) serves")
                }
                try expectServed(port, binds)
            }
        }
    }
}
