import Syscalls
import Testing

@Suite("Several servers: names", .serialized)
struct NameLookupTests {
    /// Hosts that the gateway alone sees, in front of two servers on one port.
    private final class Hosts {
        let folder: TemporaryFolder
        let port: UInt16
        let program: String
        private let servers: RemoteServers
        private var resolver: StartedProcess?

        init() throws {
            folder = try TemporaryFolder()
            port = try freePort()
            servers = try RemoteServers(["one": "127.0.0.1:\(port)", "two": "127.0.0.2:\(port)"], in: folder)
            program = folder / "gateway"
            // Nobody answers there, and the kernel says so at once.
            try TextFile.write("nameserver 127.53.0.2\n", to: folder / "resolver")
            try TextFile.write(
                """
                #!/bin/sh
                exec unshare -m sh -c 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolver" /etc/resolv.conf && exec "$@"' \(folder.path) \(Build.gateway) "$@"

                """, to: program, mode: 0o755)
            try lead([:])
        }

        deinit { resolver?.kill() }

        func lead(_ names: KeyValuePairs<String, String>) throws {
            // In place: what is mounted is this file, and no other of its name.
            let lines = ["127.0.0.1 localhost"] + names.map { "\($1) \($0)" }
            try run("sh", "-c", "echo \"$0\" >\(folder / "hosts")", lines.joined(separator: "\n"))
        }

        /// Names that no file knows are asked of somebody who takes each question and says nothing.
        func silenceResolver() throws {
            let place = "127.53.\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"
            resolver = try StartedProcess([
                "python3", "-c",
                """
                import socket, sys, time
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.bind((sys.argv[1], 53))
                open(sys.argv[2], "w").close()
                while True: s.recv(4096)
                """, place, folder / "silent",
            ])
            try eventually("the resolver is there") { try run("ls", folder.path).lines.contains("silent") }
            try TextFile.write("nameserver \(place)\noptions timeout:30\n", to: folder / "resolver")
        }

        func gateway(_ applications: String) throws -> GatewayProcess {
            try GatewayProcess(file: "workers: 2\n" + applications, folder: folder, program: program)
        }
    }

    private func count(_ gateway: GatewayProcess, _ text: String) -> Int {
        gateway.log.lines.count { $0.contains(text) }
    }

    @Test(
        "A name is looked up again and again, and one that is gone leads where it led",
        .timeLimit(.minutes(5)))
    func moving() throws {
        let hosts = try Hosts()
        try hosts.lead(["moving.test": "127.0.0.1"])
        let gateway = try hosts.gateway(
            """
            applications:
              app: {run: 'fcgi:moving.test:\(hosts.port)', resolve-interval: 1, health-check: connect, health-interval: 1}
            """)
        try gateway.use { gateway in
            #expect(try gateway.answering(4) == ["one": 4])
            try hosts.lead(["moving.test": "127.0.0.2"])
            try eventually("the new address is used") { try gateway.answering(1) == ["two": 1] }
            #expect(try gateway.answering(4) == ["two": 4])
            try hosts.lead([:])
            let lost =
                "app: the name of server moving.test:\(hosts.port) cannot be resolved: it is used where it was, 127.0.0.2"
            try eventually("it is missed") { count(gateway, lost) == 1 }
            #expect(try gateway.answering(4) == ["two": 4])
            // One that replaces the application, and one that keeps it.
            for change in ["", "timeout: 20\n"] {
                let before = count(gateway, "serves, the old one drains")
                let file = hosts.folder / "gateway.yaml"
                try TextFile.write(change + TextFile.read(file), to: file)
                gateway.signal(.hup)
                try eventually("it is reloaded") { count(gateway, "serves, the old one drains") > before }
                #expect(try gateway.answering(4) == ["two": 4])
            }
            let again =
                "the name of server moving.test:\(hosts.port) can be resolved again: 127.0.0.1:\(hosts.port)"
            try eventually("the new application misses it too") { count(gateway, lost) == 2 }
            try hosts.lead(["moving.test": "127.0.0.1"])
            try eventually("it is back") { count(gateway, again) == 1 }
            try eventually("the new address is used") { try gateway.answering(1) == ["one": 1] }
            #expect(count(gateway, lost) == 2)
        }
    }

    @Test(
        "A name that leads nowhere keeps nobody from starting, and is used as soon as it leads somewhere",
        .timeLimit(.minutes(5)))
    func late() throws {
        let hosts = try Hosts()
        let gateway = try hosts.gateway(
            """
            applications:
              late: {run: 'fcgi:late.test:\(hosts.port)', resolve-interval: 1, health-check: connect, health-interval: 1}
              both: {run: 'fcgi:late.test:\(hosts.port), 127.0.0.2:\(hosts.port)', resolve-interval: 1}
              there: {run: 'fcgi:127.0.0.2:\(hosts.port)'}
            routes:
              - {path: /late, application: late}
              - {path: /both, application: both}
              - {path: /, application: there}
            """)
        try gateway.use { gateway in
            #expect(try gateway.answering(3, "/") == ["two": 3])
            #expect(try gateway.answering(3, "/late") == ["502": 3])
            #expect(try gateway.answering(6, "/both") == ["two": 6])
            let lost = "late: the name of server late.test:\(hosts.port) cannot be resolved: it is left out"
            try eventually("it is missed") { count(gateway, lost) == 1 }
            try hosts.lead(["late.test": "127.0.0.1"])
            try eventually("it is found") { try gateway.answering(1, "/late") == ["one": 1] }
            try eventually("it is found") { try gateway.answering(2, "/both") == ["one": 1, "two": 1] }
            #expect(
                gateway.hasLogged("late: the name of server late.test:\(hosts.port) can be resolved again"))
            #expect(count(gateway, lost) == 1)
            #expect(!gateway.hasLogged("server late.test:\(hosts.port) is left out"))
        }
        try hosts.lead([:])
        // Whoever checks wants to know, and a single application has nobody beside it.
        for (arguments, expected) in [
            (
                ["--config", hosts.folder / "gateway.yaml", "--check-config"],
                "('late'): cannot resolve 'late.test:"
            ),
            (["fcgi:late.test:1"], "gateway: cannot resolve 'late.test:1': "),
        ] {
            let (status, _, errors) = try outcome(
                of: [hosts.program] + arguments, [], nil, 60, #_sourceLocation)
            #expect(status == .exited(1) && errors.contains(expected), "\(status) \(errors)")
        }
    }

    @Test("A single application is reloaded without a look-up in the master", .timeLimit(.minutes(5)))
    func single() throws {
        let hosts = try Hosts()
        try hosts.silenceResolver()
        try hosts.lead(["single.test": "127.0.0.2"])
        let gateway = try GatewayProcess(
            "fcgi:single.test:\(hosts.port)", [], environment: [], folder: hosts.folder,
            program: hosts.program)
        try gateway.use { gateway in
            #expect(try gateway.answering(2) == ["two": 2])
            try hosts.lead([:])
            gateway.signal(.hup)
            // Less than the resolver would take.
            try eventually("it is reloaded") { gateway.hasLogged("serves, the old one drains") }
            #expect(try gateway.answering(2) == ["two": 2])
        }
    }

    @Test(
        "A resolver that says nothing holds up neither the start, other names, a reload nor the end",
        .timeLimit(.minutes(5)))
    func silent() throws {
        let hosts = try Hosts()
        try hosts.silenceResolver()
        try hosts.lead(["known.test": "127.0.0.1"])
        let gateway = try hosts.gateway(
            """
            applications:
              app: {run: 'fcgi:silent.test:\(hosts.port), known.test:\(hosts.port)', resolve-interval: 2}
            """)
        try gateway.use { gateway in
            #expect(try gateway.answering(4) == ["one": 4])
            try hosts.lead(["known.test": "127.0.0.2"])
            try eventually("the other name is looked up") { try gateway.answering(1) == ["two": 1] }
            try eventually("it is given up") {
                gateway.hasLogged("app: the name of server silent.test:\(hosts.port) cannot be resolved")
            }
            gateway.signal(.hup)
            // Less than the resolver would take.
            try eventually("it is reloaded") { gateway.hasLogged("serves, the old one drains") }
            #expect(try gateway.answering(4) == ["two": 4])
        }
    }

    /// The process that looks up names: it has children of its own.
    private func lookup(of gateway: GatewayProcess) throws -> ProcessID? {
        let entries = try gateway.tree.entries
        return entries.first { entry in
            entry.parent == gateway.pid && entries.contains { $0.parent == entry.pid }
        }?.pid
    }

    /// Has a tracer hide the end of a look-up that is under way.
    private func hide(_ gateway: GatewayProcess, _ hosts: Hosts) throws -> (
        lookup: ProcessID, tracer: StartedProcess
    ) {
        try eventually("a look-up is traced") {
            guard let pid = try lookup(of: gateway) else { return nil }
            return try Held.ifPossible("trace.py", "\(pid)", in: hosts.folder).map { (pid, $0) }
        }
    }

    @Test(
        "A look-up that cannot be ended holds up neither the next one nor the end",
        .timeLimit(.minutes(5)))
    func hidden() throws {
        let hosts = try Hosts()
        try hosts.silenceResolver()
        try hosts.lead(["known.test": "127.0.0.1"])
        let gateway = try hosts.gateway(
            """
            graceful-timeout: 3
            applications:
              app: {run: 'fcgi:silent.test:\(hosts.port), known.test:\(hosts.port)', resolve-interval: 4}
            """)
        try gateway.use { gateway in
            #expect(try gateway.answering(1) == ["one": 1])
            let first = try hide(gateway, hosts)
            defer { first.tracer.kill() }
            try hosts.lead(["known.test": "127.0.0.2"])
            try eventually("nobody waits for it") {
                gateway.hasLogged("looks up names (pid \(first.lookup)) cannot be ended", "left to itself")
            }
            try eventually("names are looked up again") { try gateway.answering(1) == ["two": 1] }
            let second = try hide(gateway, hosts)
            defer { second.tracer.kill() }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
        }
    }
}
