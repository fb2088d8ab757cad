import Syscalls
import Testing

@Suite("Listening at several places, and several gateways at one", .serialized)
struct ListenerTests {
    /// The worker that answers.
    private func answerer(_ port: UInt16) throws -> ProcessID? {
        let client = try HTTPClient(port: port)
        client.send("GET /pid HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return ProcessID(try client.receive().text)
    }

    @Test(
        "With --reuse-port two gateways serve at one port, and without it the second is refused",
        .timeLimit(.minutes(5)))
    func reusePort() throws {
        try withApplication("inline", "--reuse-port") { first in
            let port = try first.port
            let place = "127.0.0.1:\(port)"
            try withApplication("inline", "--reuse-port", "--bind", place) { second in
                let both = Set(try first.workers + second.workers)
                var seen: Set<ProcessID> = []
                try eventually("both have answered") {
                    if let pid = try answerer(port) { seen.insert(pid) }
                    return seen == both
                }
                let (status, _, errors) = try gatewayOutcome(
                    "exec:\(CProgram.responder.path)", "--bind", place)
                #expect(status == .exited(1))
                #expect(errors.lines.count == 1)
                #expect(
                    errors.contains("cannot listen on \(place)")
                        && errors.contains("choose another with --bind"))
            }
            for _ in 0..<8 {
                let pid = try #require(try answerer(port))
                #expect(try first.workers.contains(pid))
            }
        }
    }

    @Test("IPv4, IPv6, a unix socket and an abstract one at once", .timeLimit(.minutes(5)))
    func several() throws {
        let folder = try TemporaryFolder()
        let (socket, name) = (folder / "socket", "gateway-test-\(SystemProcess.id)")
        try withGateway(
            "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0", "--bind", "[::1]:0", "--bind",
            "unix:\(socket)", "--bind", "unix:@\(name)", "--workers", "2", folder: folder
        ) { gateway in
            let text = try #require(gateway.log.split(separator: "http://[::1]:").dropFirst().first)
            let port = text.prefix { $0.isNumber }
            func ask(_ options: String...) throws -> String {
                try outcome(of: ["curl", "-gsS"] + options).output
            }
            for _ in 0..<4 {
                let places = [
                    try gateway.get("/environ").text, try ask("http://[::1]:\(port)/environ"),
                    try ask("--unix-socket", socket, "http://a/environ"),
                    try ask("--abstract-unix-socket", name, "http://a/environ"),
                ].map(\.lines)
                #expect(
                    places.map { $0.contains("SCRIPT_NAME=") || $0.contains("PATH_INFO=/environ") } == [
                        true, true, true, true,
                    ])
                #expect(places[0].contains("REMOTE_ADDR=127.0.0.1"))
                #expect(places[1].contains("REMOTE_ADDR=::1") && places[1].contains("SERVER_PORT=\(port)"))
                #expect(places[2].contains("REMOTE_ADDR=") && places[3].contains("REMOTE_ADDR="))
            }
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            #expect(Files.status(socket) == nil)
        }
    }

    @Test("Where one of several fails, nothing of the others is left", .timeLimit(.minutes(5)))
    func oneFails() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder / "first.socket", folder / "second.socket")
        let name = "gateway-test-taken-\(SystemProcess.id)"
        let taken = try Socket.listen(
            try #require(SocketAddress(abstractName: name)), backlog: 1, isNonBlocking: true)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)",
            [
                "--bind", "unix:\(first)", "--bind", "[::1]:0", "--bind", "unix:\(second)", "--bind",
                "unix:@\(name)", "--bind", "127.0.0.1:0", "--pid", folder / "pid",
            ], environment: [], folder: folder)
        defer { gateway.discard() }
        #expect(try gateway.process.waitForEnd() == .exited(1))
        #expect(gateway.log.contains("unix:@\(name)"))
        for path in [first, second, folder / "pid"] { #expect(Files.status(path) == nil) }
        try gateway.expectNothingLeft()
        #expect(Socket.isListening(taken.number))
    }
}
