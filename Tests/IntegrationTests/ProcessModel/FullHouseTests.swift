import Syscalls
import Testing

@Suite("Stopping with a full house", .serialized)
struct FullHouseTests {
    @Test(
        "TERM with 100 requests in flight and 50 connections in the backlog: all are answered, and nothing is left",
        .timeLimit(.minutes(5)))
    func everybody() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            import os, time
            def application(environ, start_response):
                with open(\(Self.quoted(folder / "begun")), 'a') as file:
                    file.write('x')
                while not os.path.exists(\(Self.quoted(folder / "gate"))):
                    time.sleep(0.02)
                start_response('200 OK', [])
                return [environ['PATH_INFO'].encode()]

            """, to: folder / "house.py")
        let socket = folder / "socket"
        try withGateway(
            "wsgi:house:application", "--processes", "4", "--threads", "25", "--worker-connections", "150",
            "--bind", "127.0.0.1:0", "--bind", "unix:\(socket)", "--pid", folder / "pid", folder: folder
        ) { gateway in
            var clients = try (0..<100).map { _ in try gateway.connect() }
            func ask(_ number: Int) {
                clients[number].send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            for number in clients.indices { ask(number) }
            try eventually("100 are in flight") { TextFile.read(folder / "begun").count == 100 }
            // A worker that stands still leaves what comes in the backlog.
            let worker = try #require(try gateway.workers.first)
            // Memory without a name in a folder is nothing that could be left.
            for pid in [gateway.pid, worker] {
                #expect(!TextFile.read("/proc/\(pid)/maps").contains("/dev/shm/"))
            }
            try run("kill", "-STOP", "\(worker)")
            for number in 100..<150 {
                clients.append(try gateway.connect())
                ask(number)
            }
            gateway.signal(.term)
            try eventually("the gateway stops") { gateway.hasLogged("stopping") }
            try run("kill", "-CONT", "\(worker)")
            try TextFile.write("", to: folder / "gate")
            for (number, client) in clients.enumerated() {
                let response = try client.receive()
                #expect(response.status == 200)
                #expect(response.text == "/\(number)")
            }
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(!gateway.hasLogged("killed") && !gateway.hasLogged("KILL is sent"))
            #expect(try gateway.tree.entries.isEmpty)
            #expect(!Files.isSocket(socket))
            #expect(Files.status(folder / "pid") == nil)
        }
    }

    private static func quoted(_ path: String) -> String { "'\(path)'" }
}
