// One application that is broken is a matter of its own requests: they hear at once that it does not run, the others
// notice nothing, and it serves by itself when it is mended.

import Syscalls
import Testing

@Suite("A broken application among others", .serialized)
struct BrokenApplicationTests {
    private static let works = """
        def application(environ, start_response):
            start_response('200 OK', [])
            return [b'in tune']

        """

    private func expectRefusedAtOnce(
        _ gateway: GatewayProcess, _ path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let start = Clock.monotonicMilliseconds()
        let response = try gateway.get(path, sourceLocation: sourceLocation)
        #expect(response.status == 503, sourceLocation: sourceLocation)
        #expect(response["Retry-After"].flatMap { Int($0) } != nil, sourceLocation: sourceLocation)
        // Neither --queue-timeout nor --boot-timeout was waited for.
        #expect(Clock.monotonicMilliseconds() - start < 20_000, sourceLocation: sourceLocation)
    }

    @Test(
        "Whether its import raises or its start hangs: 503 at once while the others serve, and it comes back",
        .timeLimit(.minutes(5)))
    func atTheStart() throws {
        let file = SiteFile([
            "good": ["processes: 2"],
            "raises": [
                "run: wsgi:song:application", "python: /usr/bin/python3", "processes: 1", "chdir: songs",
                "env: [ PYTHONDONTWRITEBYTECODE=1 ]",
            ],
            "hangs": ["run: exec:./hangs.sh", "processes: 1", "boot-timeout: 1"],
        ])
        try withSite(file) { folder in
            try run("mkdir", folder / "songs")
            try TextFile.write("raise ValueError('out of tune')\n", to: folder / "songs/song.py")
            try folder.addScript("hangs.sh", "exec sleep 600")
        } _: { gateway in
            let good = gateway.pids(of: "good")
            let crowd = try Crowd(of: 4, at: gateway, isKept: true, requestsEach: nil) { _, _ in "/good/?d=1"
            }
            try crowd.run { gateway.hasLogged("hangs: failed") }
            for path in ["/raises/", "/hangs/"] { try expectRefusedAtOnce(gateway, path) }
            #expect(
                gateway.hasLogged(
                    "[error]", "raises: failed, its requests are answered 503: ValueError: out of tune"))
            #expect(gateway.hasLogged("hangs: application 1", "--boot-timeout"))

            // The pauses grow, and each is said once.
            try crowd.run {
                gateway.hasLogged("raises: application 1 ends soon after its start; next start in 3 s")
            }
            #expect(gateway.log.split(separator: "raises: application 1 ends soon after").count == 3)
            #expect(gateway.log.split(separator: "raises: failed").count == 2)
            let starts = gateway.log.lines.count {
                $0.contains("raises: application 1") && $0.contains("before it accepted")
            }
            #expect((5...7).contains(starts), "\(starts) starts")

            try TextFile.write(Self.works, to: gateway.folder / "songs/song.py")
            try gateway.folder.addScript("hangs.sh", "exec ./good")
            try crowd.run {
                gateway.hasLogged("[info]", "raises: ready") && gateway.hasLogged("[info]", "hangs: ready")
            }
            #expect(try gateway.get("/raises/").text == "in tune")
            #expect(try gateway.get("/hangs/").status == 200)
            #expect(crowd.failures == [])
            crowd.stop()
            #expect(Set(gateway.pids(of: "good")).isSuperset(of: good))
        }
    }

    @Test("One that may take longer to boot than the workers has its time", .timeLimit(.minutes(5)))
    func slow() throws {
        var file = SiteFile([
            "slow": ["processes: 1", "boot-timeout: 30", "env: [ BOOT_LOG=boots, BOOT_MS=6000 ]"]
        ])
        file.general += ["boot-timeout: 4"]
        try withSite(file) { gateway in
            let response = try gateway.get("/slow/")
            #expect(response.status == 200)
            #expect(TextFile.read(gateway.folder / "boots").lines.count == 1)
        }
    }

    @Test("A limit that may not be set is one line that names the application", .timeLimit(.minutes(5)))
    func limit() throws {
        let folder = try TemporaryFolder()
        try folder.addResponder("one")
        let file = SiteFile(["one": ["processes: 1", "rlimit: [ nofile=unlimited ]"]])
        try TextFile.write(file.text, to: folder / "site.yaml")
        let (status, _, errors) = try outcome(of: [Build.gateway, "-c", "site.yaml"], [], folder.path)
        #expect(status == .exited(3))
        #expect(
            errors.contains("one: cannot start application 1: ") && errors.contains("--rlimit"), "\(errors)")
    }

    @Test("On demand: it is tried until it boots, though nobody can ask for it", .timeLimit(.minutes(5)))
    func onDemand() throws {
        let file = SiteFile([
            "good": ["processes: 1"], "lazy": ["scaling: ondemand", "processes: 2", "idle-timeout: 1"],
        ])
        try withSite(file) { folder in
            try folder.addScript("lazy", "echo no oracle >&2; exit 3")
        } _: { gateway in
            // The first one waits for what becomes of the attempt.
            try expectRefusedAtOnce(gateway, "/lazy/")
            try eventually("its last words are logged") {
                gateway.hasLogged("lazy: failed, its requests are answered 503: no oracle")
            }
            try expectRefusedAtOnce(gateway, "/lazy/")
            #expect(try gateway.get("/good/").status == 200)
            try gateway.folder.addResponder("lazy")
            try eventually("it serves") { try gateway.get("/lazy/").status == 200 }
            try eventually("and ends when nobody asks") { gateway.pids(of: "lazy").isEmpty }
            #expect(try gateway.get("/lazy/").status == 200)
        }
    }

    @Test("Growing: what does not boot is tried after pauses, and what runs goes on", .timeLimit(.minutes(5)))
    func growing() throws {
        let file = SiteFile([
            "grows": [
                "run: exec:./start.sh", "scaling: dynamic", "min-processes: 1", "spare-processes: 0",
                "processes: 4",
            ]
        ])
        try withSite(file) { folder in
            try folder.addScript("start.sh", "[ -e broken ] && exit 3; exec ./grows")
        } _: { gateway in
            try TextFile.write("", to: gateway.folder / "broken")
            let gate = gateway.folder / "gate"
            let clients = try (0..<3).map { _ in try gateway.connect() }
            for client in clients { client.send("GET /grows/?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n") }
            try eventually("the pauses grow") { gateway.hasLogged("grows: ", "next start in 1 s") }
            let starts = gateway.log.lines.count { $0.contains("before it accepted a connection") }
            // Two places with five attempts each, and perhaps one that has begun since.
            #expect(starts <= 12, "\(starts) starts")
            #expect(gateway.hasLogged("grows: degraded"))
            #expect(gateway.pids(of: "grows").count == 1)
            Files.remove(gateway.folder / "broken")
            try eventually("there is one for each request") { gateway.calls.count == 3 }
            try TextFile.write("", to: gate)
            for client in clients { #expect(try client.receive().status == 200) }
            try eventually("that is said") { gateway.hasLogged("grows: ready") }
        }
    }
}
