// Several applications of one gateway, each with settings of its own. What their processes are is asked of the system.

import Syscalls
import Testing

@Suite("Several applications in one file", .serialized)
struct SeveralApplicationsTests {
    private static let page = """
        import os, threading
        both = threading.Barrier(2)
        def application(environ, start_response):
            start_response('200 OK', [])
            if environ['QUERY_STRING'] == 'both': both.wait(20)
            return [f"{os.environ.get('NAME')} {environ.get('GREETING')} {os.getcwd()}".encode()]
        """

    private func field(_ name: String, of pid: ProcessID) -> String? {
        TextFile.read("/proc/\(pid)/status").lines.first { $0.hasPrefix(name + ":") }?
            .split { ": \t".contains($0) }.dropFirst().joined(separator: " ")
    }

    private func environment(of pid: ProcessID) -> [String] {
        TextFile.read("/proc/\(pid)/environ").split(separator: "\0").map(String.init)
    }

    @Test(
        "Each has its folder, user, environment and limits, and nothing of the others'",
        .timeLimit(.minutes(5)))
    func settings() throws {
        try #require(SystemProcess.isRoot, "this test is about other users: run it as root")
        let file = SiteFile([
            "one": [
                "run: exec:../one", "chdir: first", "user: www-data", "group: daemon", "umask: '027'",
                "env: [ NAME=one, ONLY_ONE=1 ]", "rlimit: [ 'nofile=64:128', core=0 ]", "processes: 3",
                "param: [ GREETING=one, LANGUAGE=de ]",
            ],
            "two": ["env: [ NAME=two ]", "processes: 1", "concurrency: 2", "param: [ GREETING=two ]"],
            "page": [
                "run: wsgi:page:application", "chdir: pages", "python: /usr/bin/python3", "processes: 1",
                "threads: 2", "env: [ NAME=page, PYTHONDONTWRITEBYTECODE=1 ]", "param: [ GREETING=hello ]",
            ],
        ])
        try withSite(file) { folder in
            try run("mkdir", folder / "first", folder / "pages")
            try TextFile.write(Self.page, to: folder / "pages/page.py")
            try run("chmod", "777", folder.path)
        } _: { gateway in
            let (one, two) = (gateway.pids(of: "one"), gateway.pids(of: "two"))
            #expect(one.count == 3 && two.count == 1)
            let user = try #require(Accounts.user("www-data")).uid
            let group = try #require(Accounts.group("daemon"))
            for pid in one {
                #expect(field("Uid", of: pid) == "\(user) \(user) \(user) \(user)")
                #expect(field("Gid", of: pid) == "\(group) \(group) \(group) \(group)")
                #expect(field("Umask", of: pid) == "0027")
                #expect(Files.absolutePath("/proc/\(pid)/cwd") == gateway.folder / "first")
                #expect(
                    environment(of: pid).filter { $0.hasPrefix("NAME=") || $0.hasPrefix("ONLY") } == [
                        "NAME=one", "ONLY_ONE=1",
                    ])
                let limits = TextFile.read("/proc/\(pid)/limits").lines.map {
                    $0.split(separator: " ").joined(separator: " ")
                }
                #expect(limits.contains("Max open files 64 128 files"))
                #expect(limits.contains("Max core file size 0 0 bytes"))
            }
            for pid in two {
                #expect(field("Uid", of: pid) == "0 0 0 0")
                #expect(Files.absolutePath("/proc/\(pid)/cwd") == gateway.folder.path)
                #expect(
                    environment(of: pid).filter { $0.hasPrefix("NAME=") || $0.hasPrefix("ONLY") } == [
                        "NAME=two"
                    ])
                #expect(!TextFile.read("/proc/\(pid)/limits").contains(" 128 "))
            }
            let environ = try gateway.get("/one/environ").text.lines
            #expect(environ.contains("GREETING=one") && environ.contains("LANGUAGE=de"))
            let other = try gateway.get("/two/environ").text.lines
            #expect(other.contains("GREETING=two") && !other.contains { $0.hasPrefix("LANGUAGE=") })
            #expect(try gateway.get("/page/").text == "page hello \(gateway.folder / "pages")")
            #expect(try gateway.get("/nowhere/").status == 404)

            // Two requests at once in one process: of Python, in two threads.
            let clients = try (0..<2).map { _ in try gateway.connect() }
            for client in clients { client.send("GET /page/?both HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients { #expect(try client.receive().status == 200) }
            // The responder serves one at a time, so that a second connection is one that waits.
            for (name, answers) in [("two", ["crowded"]), ("one", ["alone"])] {
                let gate = gateway.folder / "gate-\(name)"
                let before = gateway.calls.count
                let clients = try (0..<2).map { _ in try gateway.connect() }
                for client in clients {
                    client.send("GET /\(name)/?crowded&until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                }
                try eventually("one of them is being served") { gateway.calls.count > before }
                // Both requests have reached the gateway, and what can be sent on was, before a third one is answered.
                #expect(try gateway.get("/page/").status == 200)
                #expect(try gateway.get("/page/").status == 200)
                try TextFile.write("", to: gate)
                let texts = try clients.map { try $0.receive().text }
                #expect(Set(texts).isSuperset(of: answers), "\(name): \(texts)")
                if name == "one" { #expect(Set(texts) == ["alone"]) }
            }
        }
    }

    @Test(
        "A mistake in one of them is one line with its place, and nothing is started", .timeLimit(.minutes(5))
    )
    func mistakes() throws {
        let folder = try TemporaryFolder()
        try folder.addResponder("one")
        try TextFile.write("", to: folder / "plain")
        for (settings, code, words) in [
            (["run: exec:./plain"], 4, "site.yaml:8: run ('two'): cannot run './plain'"),
            (["run: exec:./absent"], 4, "site.yaml:8: run ('two'): cannot run './absent'"),
            (["run: perl:x"], 2, "site.yaml:8: run ('two'): 'perl:' is no kind"),
            (["run: exec:./one", "processes: 0"], 2, "site.yaml:9: processes is 0: write "),
            (["run: exec:./one", "workers: 2"], 2, "site.yaml:9: 'workers' is no setting of an application"),
            (
                ["run: exec:./one", "time-out: 2"], 2,
                "site.yaml:9: an application has no setting 'time-out'; did you"
            ),
            (["run: exec:./one", "user: nobody-of-that-name"], 1, "nobody-of-that-name"),
            (["run: exec:/bin/cat", "chdir: nowhere"], 1, "site.yaml:9: cannot read the folder"),
            (["run: exec:./one", "scaling: ondemand", "queue-size: 0"], 2, "site.yaml:9: scaling ondemand"),
        ] as [([String], Int, String)] {
            let file = SiteFile(["one": ["processes: 1"], "two": settings])
            try TextFile.write(file.text, to: folder / "site.yaml")
            let (status, output, errors) = try outcome(
                of: [Build.gateway, "-c", "site.yaml"], [], folder.path)
            #expect(status == .exited(code), "\(settings): \(errors)")
            #expect(
                output == "" && errors.lines.count == 1 && errors.contains(words), "\(settings): \(errors)")
        }
    }
}
