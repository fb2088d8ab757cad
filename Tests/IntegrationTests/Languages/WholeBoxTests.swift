import Syscalls
import Testing

@Suite("A whole box in one file", .serialized)
struct WholeBoxTests {
    /// A PHP site laid out as WordPress is, Flask, Django, Plack, and git over CGI.
    private struct Box {
        let site: String
        let git: String
        let repositories: String
        let python: String
        let scripts: String
        var flask = "processes: 2"

        init(in folder: TemporaryFolder) throws {
            site = try LanguageApplication.copyOfSite(folder)
            git = try run("git", "--exec-path").trimmed + "/git-http-backend"
            repositories = folder / "repositories"
            python = try Build.python
            scripts = Build.application("languages")
            try run("git", "init", "--quiet", "--bare", repositories + "/project.git")
            try run("git", "-C", repositories + "/project.git", "config", "http.receivepack", "true")
        }

        var text: String {
            """
            bind: 127.0.0.1:0
            workers: 2
            applications:
              site: {run: "php:\(site)", processes: 2}
              flask: {run: "wsgi:flask_app:app", chdir: "\(scripts)/python", python: "\(python)", \(flask)}
              django:
                run: wsgi:django_app:application
                chdir: "\(scripts)/python"
                python: "\(python)"
                processes: 2
                scaling: dynamic
              plack:
                run: "exec:plackup -s FCGI --manager '' '\(scripts)/perl/app.psgi'"
                processes: 2
              git:
                run: cgi:\(git)
                processes: 4
                env: {GIT_PROJECT_ROOT: "\(repositories)", GIT_HTTP_EXPORT_ALL: "1"}
            routes:
              - application: site
              - {path: /flask/*, application: flask, strip-prefix: true}
              - {path: /django/*, application: django, strip-prefix: true}
              - {path: /plack/*, application: plack, strip-prefix: true}
              - {path: /git/*, application: git, strip-prefix: true}
            """
        }
    }

    private static let environment = [
        "PYTHONDONTWRITEBYTECODE=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=a",
        "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
    ]

    private func serve(_ body: (GatewayProcess, inout Box) throws -> Void) throws {
        let folder = try TemporaryFolder()
        var box = try Box(in: folder)
        try TextFile.write(box.text, to: folder / GatewayProcess.siteFile)
        try GatewayProcess(
            nil, ["--config", GatewayProcess.siteFile], environment: Self.environment, folder: folder
        ).use { try body($0, &box) }
    }

    @Test("Five applications in four languages, and a push through the fifth", .timeLimit(.minutes(5)))
    func everybody() throws {
        try serve { gateway, box in
            #expect(try gateway.get("/2026/11/hello-world/").text == "post hello-world of 2026-11")
            #expect(try gateway.get("/wp-content/themes/plain/style.css").text == "body { color: black }\n")
            for name in ["flask", "django", "plack"] {
                let answer = try gateway.get("/\(name)/lines/x?y=z")
                #expect(answer.status == 200 && answer.text.contains("query=y=z\n"), "\(name)")
                #expect(answer.text.contains("path=/lines/x\n"), "\(name)")
            }
            let address = "http://127.0.0.1:\(try gateway.port)/git/project.git"
            let clone = gateway.folder / "clone"
            func git(_ words: String...) throws {
                let (status, _, errors) = try outcome(
                    of: ["git"] + words, Self.environment + ["HOME=\(gateway.folder.path)"], nil)
                try #require(status == .exited(0), "git \(words): \(errors)")
            }
            try git("clone", "--quiet", address, clone)
            try TextFile.write("hello\n", to: clone + "/README")
            try git("-C", clone, "add", ".")
            try git("-C", clone, "commit", "--quiet", "-m", "First")
            try git("-C", clone, "push", "--quiet", "origin", "HEAD")
            try git("clone", "--quiet", address, gateway.folder / "second")
            #expect(TextFile.read(gateway.folder / "second/README") == "hello\n")
        }
    }

    @Test("A reload that changes one application costs the others no request", .timeLimit(.minutes(5)))
    func reload() throws {
        let targets = ["/wp-login.php", "/django/lines", "/plack/lines", "/git/project.git/HEAD"]
        try serve { gateway, box in
            let others = try gateway.commands(without: "flask_app")
            let crowd = try Crowd(of: 12, at: gateway, isKept: false, requestsEach: nil) { client, _ in
                targets[client % targets.count]
            }
            // A push has left nothing there yet; a file of the repository is enough to keep git busy.
            for round in 1...4 {
                box.flask = "processes: \(round % 2 + 1), revision: \(round)"
                try TextFile.write(box.text, to: gateway.folder / GatewayProcess.siteFile)
                let (reloads, answered) = (gateway.reloads, crowd.outcomes.count)
                gateway.signal(.hup)
                try crowd.run(until: { gateway.reloads > reloads })
                try crowd.run(until: { crowd.outcomes.count > answered + 100 })
                #expect(try gateway.get("/flask/lines").status == 200)
            }
            #expect(crowd.failures == [])
            #expect(crowd.outcomes.count > 400)
            // Those of the others that ran before run still.
            #expect(try others.isSubset(of: gateway.commands(without: "flask_app")))
        }
    }
}

extension GatewayProcess {
    /// The pids and commands of application processes, without those whose command has a word in it.
    fileprivate func commands(without word: String) throws -> Set<String> {
        Set(
            try applications.compactMap { pid in
                let command = Files.text("/proc/\(pid)/cmdline") ?? ""
                return command.isEmpty || command.contains(word) ? nil : "\(pid) \(command)"
            })
    }
}
