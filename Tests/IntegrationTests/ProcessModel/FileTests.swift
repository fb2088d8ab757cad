import Syscalls
import Testing

@Suite("Files that the gateway leaves for others", .serialized)
struct FileTests {
    @Test(
        "The pid file names the master and goes with it", .timeLimit(.minutes(5)),
        arguments: [Signal.term, .int])
    func pidFile(signal: Signal) throws {
        let folder = try TemporaryFolder()
        let path = folder / "gateway.pid"
        // Left over from a process that is gone.
        try TextFile.write("999999999\n", to: path)
        try withGateway("exec:\(CProgram.responder.path)", "--pid", path, folder: folder) { gateway in
            #expect(TextFile.read(path) == "\(gateway.pid)\n")
            gateway.signal(.hup)
            try eventually("the reload is done") { gateway.hasLogged("generation 2 serves") }
            #expect(TextFile.read(path) == "\(gateway.pid)\n")
            gateway.signal(signal)
            try gateway.process.waitForEnd()
            #expect(Files.status(path) == nil)
        }
    }

    @Test("A pid file of a gateway that runs is not taken over", .timeLimit(.minutes(5)))
    func pidFileInUse() throws {
        let folder = try TemporaryFolder()
        let path = folder / "gateway.pid"
        try withGateway("exec:\(CProgram.responder.path)", "--pid", path, folder: folder) { gateway in
            let (status, _, errors) = try gatewayOutcome(
                "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0", "--pid", path)
            #expect(status == .exited(1))
            #expect(errors.contains(path) && errors.contains("\(gateway.pid)"))
            #expect(TextFile.read(path) == "\(gateway.pid)\n")
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("A unix socket serves, and its file goes with the gateway", .timeLimit(.minutes(5)))
    func unixSocket() throws {
        let folder = try TemporaryFolder()
        let path = folder / "http.socket"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--bind", "unix:\(path)", "--bind", "127.0.0.1:0",
            folder: folder
        ) { gateway in
            #expect(gateway.hasLogged("listening at", "unix:\(path)", "http://127.0.0.1:"))
            let client = try HTTPClient(unix: path)
            client.send("GET /environ HTTP/1.1\r\nHost: example.org\r\n\r\n")
            let entries = try client.receive().text.lines
            #expect(entries.contains("SERVER_NAME=example.org"))
            #expect(entries.contains("REMOTE_ADDR="))
            let output = try run("curl", "-s", "--unix-socket", path, "http://localhost/")
            #expect(output == "Hello, world\n")
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            #expect(Files.status(path) == nil)
        }
    }

    @Test("A socket file that nobody listens on is replaced", .timeLimit(.minutes(5)))
    func staleSocket() throws {
        let folder = try TemporaryFolder()
        let path = folder / "http.socket"
        let address = try #require(SocketAddress(unixPath: path))
        do {
            let socket = try Socket.listen(address, backlog: 1, isNonBlocking: true)
            _ = consume socket
        }
        try #require(Files.isSocket(path))
        try withGateway("exec:\(CProgram.responder.path)", "--bind", "unix:\(path)", folder: folder) { _ in
            let client = try HTTPClient(unix: path)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
        }
    }

    @Test("A socket that somebody listens on is refused, and left alone", .timeLimit(.minutes(5)))
    func socketInUse() throws {
        let folder = try TemporaryFolder()
        let path = folder / "http.socket"
        try withGateway("exec:\(CProgram.responder.path)", "--bind", "unix:\(path)", folder: folder) { _ in
            let (status, _, errors) = try gatewayOutcome(
                "exec:\(CProgram.responder.path)", "--bind", "unix:\(path)")
            #expect(status == .exited(1))
            #expect(errors.contains(path))
            let client = try HTTPClient(unix: path)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
        }
    }

    @Test("A file that is no socket is never removed", .timeLimit(.minutes(5)))
    func notASocket() throws {
        let folder = try TemporaryFolder()
        let path = folder / "precious"
        try TextFile.write("a book\n", to: path)
        let (status, _, errors) = try gatewayOutcome(
            "exec:\(CProgram.responder.path)", "--bind", "unix:\(path)")
        #expect(status == .exited(1))
        #expect(errors.contains(path))
        #expect(TextFile.read(path) == "a book\n")
    }
}
