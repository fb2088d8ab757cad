// The gateway under a service manager: sockets that are open already (sd_listen_fds(3)), and what it tells
// (sd_notify(3)).

import Syscalls
import Testing

@Suite("Under a service manager", .serialized)
struct ServiceManagerTests {
    /// What the gateway has told, a message a line.
    private final class Manager {
        let folder: TemporaryFolder
        private let process: StartedProcess

        init() throws {
            folder = try TemporaryFolder()
            let script = Build.application("notify.py")
            process = try StartedProcess(["python3", script, folder / "notify", folder / "messages"])
            try eventually("it listens") { TextFile.read(folder / "messages").contains("listening") }
        }

        deinit { process.kill() }

        var socket: String { folder / "notify" }
        var messages: [String] { TextFile.read(folder / "messages").lines }
    }

    @Test("A socket that is passed is served beside those that are configured", .timeLimit(.minutes(5)))
    func activation() throws {
        let manager = try Manager()
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--pid", folder / "pid"],
            environment: ["NOTIFY_SOCKET=\(manager.socket)", "LISTEN_FDS=1", "WATCHDOG_USEC=400000"],
            folder: folder, passing: passed.number)
        try gateway.use { gateway in
            #expect(try gateway.get("/").status == 200)
            #expect(
                try run("curl", "-sS", "--unix-socket", folder / "passed", "http://a/environ").contains(
                    "REQUEST_URI"))
            try eventually("it says that it is ready") { manager.messages.contains("READY=1") }
            try eventually("it shows that it lives") { manager.messages.count { $0 == "WATCHDOG=1" } > 3 }

            let environ = try gateway.get("/environ").text
            #expect(!environ.contains("LISTEN_FDS") && !environ.contains("NOTIFY_SOCKET"))
            let application = try #require(try gateway.applications.first)
            let variables = TextFile.read("/proc/\(application)/environ")
            for name in ["LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "WATCHDOG_USEC"] {
                #expect(!variables.contains(name))
            }

            gateway.signal(.hup)
            try eventually("it says that it reloads, and that it has") {
                let told = manager.messages
                guard let begin = told.firstIndex(where: { $0.hasPrefix("RELOADING=1 MONOTONIC_USEC=") })
                else {
                    return false
                }
                return told[begin...].contains("READY=1")
            }
            #expect(
                try run("curl", "-sS", "--unix-socket", folder / "passed", "http://a/environ").contains(
                    "REQUEST_URI"))

            gateway.signal(.usr2)
            try eventually("the new master serves") { Files.status(folder / "pid.2") != nil }
            let new = try #require(ProcessID(TextFile.read(folder / "pid.2").filter(\.isNumber)))
            try eventually("it listens") { gateway.hasLogged("[\(new)]", "listening at") }
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            try eventually("the main process is the new one") { manager.messages.contains("MAINPID=\(new)") }
            #expect(!manager.messages.contains("STOPPING=1"))
            #expect(
                try run("curl", "-sS", "--unix-socket", folder / "passed", "http://a/environ").contains(
                    "REQUEST_URI"))
            ChildProcess.signal(new, .term)
            try eventually("it says that it stops") { manager.messages.contains("STOPPING=1") }
            try eventually("nothing is left") { try gateway.tree.entries.isEmpty }
            // Its file is the service manager's to remove.
            #expect(Files.isSocket(folder / "passed"))
        }
    }

    @Test("Where nothing is configured, only the sockets that are passed are served", .timeLimit(.minutes(5)))
    func onlyPassed() throws {
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        try TextFile.write("workers: 1\nprocesses: 1\n", to: folder / "gateway.yaml")
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--config", folder / "gateway.yaml"],
            environment: ["LISTEN_FDS=1"], folder: folder, passing: passed.number)
        try gateway.use { gateway in
            #expect(gateway.hasLogged("listening at unix:\(folder / "passed") with"))
        }
    }

    @Test("fd://3 is a listener as any other", .timeLimit(.minutes(5)))
    func descriptor() throws {
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)",
            ["--bind", "fd://3", "--bind", "unix:@gateway-\(SystemProcess.id)"],
            environment: [], folder: folder, passing: passed.number)
        try gateway.use { gateway in
            for round in 1...2 {
                #expect(
                    try run("curl", "-sS", "--unix-socket", folder / "passed", "http://a/environ").contains(
                        "REQUEST_URI"))
                #expect(
                    try run(
                        "curl", "-sS", "--abstract-unix-socket", "gateway-\(SystemProcess.id)",
                        "http://a/environ"
                    ).contains("REQUEST_URI"))
                gateway.signal(.hup)
                try eventually("it is reloaded") { gateway.hasLogged("generation \(round + 1) serves") }
            }
        }
    }
}
