// What a worker had taken when it was killed is logged by the master, once.

import Syscalls
import Testing

@Suite("Requests of workers that are killed", .serialized)
struct LostRequestTests {
    private func expectOne(
        _ gateway: GatewayProcess, _ path: String, _ target: String, worker: ProcessID,
        status: String = "500",
        ended: String = "'worker'", sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try eventually("\(target) is logged", sourceLocation: sourceLocation) {
            try !gateway.lines(path, of: target).isEmpty
        }
        let lines = try gateway.lines(path, of: target)
        #expect(lines.count == 1, sourceLocation: sourceLocation)
        let line = lines[0]
        #expect(line["status"] == status && line["ended"] == ended, sourceLocation: sourceLocation)
        #expect(line["pid"] == "\(worker)" && line["client"] == "'127.0.0.1'", sourceLocation: sourceLocation)
        #expect(line["id"].count == 18 && line.number("duration_us") != nil, sourceLocation: sourceLocation)
    }

    @Test(
        "KILL: what was in flight is logged, each request once, and what was answered stays one line",
        .timeLimit(.minutes(5)))
    func killed() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "3", "--access-log", path,
            "--access-log-format", "json", folder: folder
        ) { gateway in
            let worker = try #require(try gateway.workers.first)
            for _ in 0..<5 { #expect(try gateway.get("/before").status == 200) }
            let targets = (0..<3).map { "/\($0)\"?until=\(folder / "gate")" }
            let clients = try targets.map { target in
                let client = try gateway.connect()
                client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            try eventually("all are in flight") { gateway.calls.count == 8 }
            ChildProcess.signal(worker, .kill)
            for target in targets { try expectOne(gateway, path, target, worker: worker) }
            try TextFile.write("", to: folder / "gate")
            #expect(try gateway.get("/after").status == 200)
            try eventually("the next is logged") { try gateway.lines(path, of: "/after").count == 1 }
            #expect(try gateway.lines(path, of: "/before").count == 5)
            for target in targets { #expect(try gateway.lines(path, of: target).count == 1) }
            #expect(clients.count == 3)
            // What the worker has counted and what the master has logged for it are its lines.
            #expect(gateway.hasLogged("(pid \(worker)) served 8 requests (", "2xx 5,", "5xx 3)"))
        }
    }

    @Test(
        "A log that was renamed is not made by root for workers that are not: they go on, and USR1 makes it",
        .timeLimit(.minutes(5)))
    func renamed() throws {
        try #require(
            SystemProcess.isRoot, "this test is about a master that may more than its workers: run it as root"
        )
        let folder = try TemporaryFolder()
        // The application writes there as well.
        try run("chmod", "777", folder.path)
        try run("install", "-d", "-o", "www-data", folder / "logs")
        let path = folder / "logs/access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--user", "www-data", "--group", "www-data", "--processes",
            "2",
            "--access-log", path, folder: folder
        ) { gateway in
            let user = try #require(Accounts.user("www-data")).uid
            let worker = try #require(try gateway.workers.first)
            let client = try gateway.connect()
            client.send("GET /held?until=\(folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            try Files.rename(path, to: path + ".1")
            ChildProcess.signal(worker, .kill)
            try eventually("the log says what has no line") {
                gateway.hasLogged("[error]", "cannot log 1 request that", "\(path): No such file")
            }
            #expect(try gateway.get("/next").status == 200)
            gateway.signal(.usr1)
            try eventually("new lines are in the new file") {
                _ = try gateway.get("/after")
                return TextFile.read(path).contains("/after")
            }
            #expect(Files.status(path)?.user == UInt32(user))
            #expect(!gateway.hasLogged("cannot start"))
            client.close()
        }
    }

    @Test("A worker that stands still, and one that traps", .timeLimit(.minutes(5)))
    func standstill() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withApplication(
            "inline", "--worker-class", "async", "--timeout", "1", "--access-log", path,
            "--access-log-format", "json"
        ) { gateway in
            let first = try #require(try gateway.workers.first)
            let held = try gateway.connectAndHold("never")
            try expectOne(gateway, path, "/until?\(gateway.folder / "never")", worker: first)
            held.close()
            let second = try eventually("another one serves") {
                try gateway.workers.first.flatMap { $0 == first ? nil : $0 }
            }
            let client = try gateway.connect()
            // Two of the same turn: the first is answered, and its line is not written yet when the second ends the worker.
            client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /trap HTTP/1.1\r\nHost: a\r\n\r\n")
            try expectOne(gateway, path, "/trap", worker: second)
            try expectOne(gateway, path, "/first", worker: second, status: "200", ended: "'complete'")
            try eventually("its requests are counted") {
                gateway.hasLogged("(pid \(second)) served 2 requests (")
            }
            #expect(gateway.hasLogged("(pid \(first)) served 1 request (", " on 1 connection ("))
        }
    }

    @Test(
        "A worker that does not leave in time is killed, and what it was at was stopped",
        .timeLimit(.minutes(5)))
    func stopped() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--graceful-timeout", "1", "--access-log", path,
            "--access-log-format", "json", folder: folder
        ) { gateway in
            let worker = try #require(try gateway.workers.first)
            let target = "/held?until=\(folder / "gate")"
            let client = try gateway.connect()
            client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            gateway.signal(.term)
            _ = try gateway.process.waitForEnd(within: 60)
            try expectOne(gateway, path, target, worker: worker, status: "503", ended: "'stopped'")
            client.close()
        }
    }
}
