import Syscalls
import Testing
@testable import Settings
@testable import SettingsReading

extension String {
    /// Replaces a file by this text.
    func write(toFile path: String) throws {
        Files.remove(path)
        try Files.create(path, text: self, mode: 0o644)
    }
}

@Suite("The sources of the settings")
struct SettingsSourcesTests {
    @Test("Each source wins over the one before it")
    func precedence() throws {
        let environment = ["WEB_CONCURRENCY": "2"]
        #expect(try readSettings(environment: environment).settings.workers == 2)
        #expect(try readSettings(environment: environment, file: "workers: 3").settings.workers == 3)
        let variable = "--workers 4"
        #expect(try readSettings(file: "workers: 3", variable: variable).settings.workers == 4)
        #expect(try readSettings(["-w", "5"], variable: variable).settings.workers == 5)
        #expect(
            try readSettings(["-w", "5"], environment: environment, file: "workers: 3").settings.workers == 5)
    }

    @Test("Without sources the settings are the defaults, and no address was chosen")
    func defaults() throws {
        let reading = try readSettings()
        #expect(reading.settings.binds == Settings().binds)
        #expect(!reading.settings.hasChosenBinds)
        #expect(reading.settings.workers == min(SystemProcess.processorCount, 64))
        #expect(reading.origins.isEmpty)
        #expect(reading.application == nil)
    }

    @Test("The variables of hosts become settings")
    func environment() throws {
        let settings = try readSettings(environment: [
            "PORT": "8123", "WEB_CONCURRENCY": "7", "FORWARDED_ALLOW_IPS": "10.0.0.0/8, ::1",
            "TMPDIR": "/var/tmp",
        ]).settings
        #expect(settings.binds == [.tcp(host: "", port: 8123)])
        #expect(settings.hasChosenBinds)
        #expect(settings.workers == 7)
        #expect(settings.forwardedAllowIPs == ["10.0.0.0/8", "::1"])
        #expect(settings.temporaryFolder == "/var/tmp")
        #expect(try !readSettings(environment: ["PORT": ""]).settings.hasChosenBinds)
    }

    @Test(
        "A mistake in the environment names the variable",
        arguments: [
            ("PORT", "http"), ("PORT", "65536"), ("WEB_CONCURRENCY", "many"), ("WEB_CONCURRENCY", "0"),
            ("FORWARDED_ALLOW_IPS", "localhost"),
        ])
    func environmentMistakes(_ name: String, _ value: String) throws {
        let message = try #require(try mistake(environment: [name: value]))
        #expect(message.hasPrefix("\(name) is "), "\(message)")
        #expect(message.contains(value))
    }

    @Test("A list replaces the whole list of an earlier source")
    func lists() throws {
        let file = "bind: ['a:1', 'b:2']\nenv:\n  - A=1\n  - B=2\nreload-extra-file: x"
        let settings = try readSettings(["--bind", "c:3", "-b", "d:4"], file: file).settings
        #expect(settings.binds == [.tcp(host: "c", port: 3), .tcp(host: "d", port: 4)])
        #expect(settings.environment == ["A=1", "B=2"])
        #expect(try readSettings(file: file, variable: "-e C=3").settings.environment == ["C=3"])
        #expect(
            try readSettings(file: "bind: 'b:2'", variable: "").settings.binds == [.tcp(host: "b", port: 2)])
        #expect(
            try readSettings(environment: ["FORWARDED_ALLOW_IPS": "*"], file: "forwarded-allow-ips: []")
                .settings.forwardedAllowIPs.isEmpty)
    }

    @Test("A flag can be taken back, and an empty text takes back a value")
    func takenBack() throws {
        #expect(try readSettings(file: "preload: true").settings.preloads)
        #expect(try !readSettings(["--no-preload"], file: "preload: yes").settings.preloads)
        #expect(try readSettings(["--preload"], file: "preload: off").settings.preloads)
        #expect(try !readSettings(variable: "--reload --no-reload").settings.reloads)
        #expect(try readSettings(["--access-log", ""], file: "access-log: /a").settings.accessLog == nil)
        #expect(try readSettings(["--umask", ""], file: "umask: 077").settings.umask == nil)
    }

    @Test("The variable with options knows quotes and the application; a mistake names it")
    func variable() throws {
        let reading = try readSettings(variable: "'exec:./a b' --env 'NAME=a b' --graceful-timeout 3")
        #expect(reading.application?.text == "exec:./a b")
        #expect(reading.settings.environment == ["NAME=a b"])
        #expect(try readSettings(["wsgi:a"], variable: "wsgi:b").application?.text == "wsgi:a")
        for text in [
            "--workers 0", "--nonsense", "'", "a b", "--help", "--version", "--print-config", "--workers",
        ] {
            let message = try #require(try mistake(variable: text), "\(text)")
            #expect(message.hasPrefix("GATEWAY_CMD_ARGS: "), "\(message)")
            #expect(!message.contains { $0.isNewline })
        }
        #expect(try mistake(variable: "--worker 3")?.contains("'--workers'") == true)
    }

    @Test("Relative paths begin where the gateway was started; other texts stay as they are")
    func paths() throws {
        let settings = try readSettings([
            "--pid", "a/pid", "--access-log", "-", "--error-log", "log", "--chdir", "/x", "--python",
            "python3",
            "--reload-extra-file", "b", "--reload-extra-file", "/c", "--root", ".", "-c", "",
        ]).settings
        #expect(settings.pidFile == "/start/a/pid")
        #expect(settings.accessLog == "-")
        #expect(settings.errorLog == "/start/log")
        #expect(settings.directory == "/x")
        #expect(settings.python == "python3")
        #expect(settings.reloadExtraFiles == ["/start/b", "/c"])
        #expect(settings.root == "/start/.")
        #expect(settings.configurationFile == nil)
        #expect(try readSettings(["--python", "bin/python"]).settings.python == "/start/bin/python")
    }

    @Test("A second reading sees a changed file, and nothing else that has changed")
    func again() throws {
        try withTemporaryFolder { folder in
            var variables = ["WEB_CONCURRENCY": "2"]
            try "timeout: 5".write(toFile: folder + "/shop.yaml")
            let loader = try SettingsLoader(
                environment: { variables[$0] }, variable: [:],
                commandLine: try GatewayCommand.parse(["-c", "shop.yaml"]).given(.commandLine),
                folder: { WorkFolder(path: folder) }
            )
            variables["WEB_CONCURRENCY"] = "3"
            #expect(try loader.load().settings.timeout == 5)
            try "timeout: 6".write(toFile: folder + "/shop.yaml")
            #expect(try loader.load().settings.timeout == 6)
            #expect(try loader.load().settings.workers == 2)
            try "timeout: never".write(toFile: folder + "/shop.yaml")
            #expect(throws: ConfigurationError.self) { try loader.load() }
            Files.remove(folder + "/shop.yaml")
            let error = #expect(throws: ConfigurationError.self) { try loader.load() }
            #expect(error?.message.hasPrefix("cannot read 'shop.yaml' (--config): ") == true)
        }
    }

    @Test("A worker class has to exist, and the message lists those that do")
    func workerClasses() throws {
        for name in ["sync", "thread", "async"] {
            #expect(try readSettings(["-k", name]).settings.workerClass == name)
        }
        #expect(try readSettings(["-k", "mine"], workerClasses: ["mine"]).settings.workerClass == "mine")
        #expect(
            try mistake(["-k", "gevent"]) == "--worker-class is 'gevent': write sync, thread or async")
        #expect(
            try mistake(file: "worker-class: mine")
                == "shop.yaml:1: worker-class is 'mine': write sync, thread or async")
    }

    @Test("The report shows every value and where it comes from")
    func report() throws {
        let file = "\nworkers: 4\nbind: [ 'a:1', 'b:2' ]\napplication: wsgi:shop"
        let lines = try readSettings(
            ["--timeout", "7"], environment: ["FORWARDED_ALLOW_IPS": "*"], file: file, variable: "--backlog 9"
        ).lines.map { $0.split(separator: " ").joined(separator: " ") }
        for line in [
            "application = wsgi:shop (shop.yaml:4)", "workers = 4 (shop.yaml:2)",
            "bind = a:1 b:2 (shop.yaml:3)",
            "timeout = 7 (command line)", "forwarded-allow-ips = * (environment: FORWARDED_ALLOW_IPS)",
            "backlog = 9 (GATEWAY_CMD_ARGS)", "keep-alive = 75 (default)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.count == Declaration.all.count + 1)
        let columns = try readSettings(["--env", "A=1\n2"]).lines
        #expect(columns.contains { $0.hasPrefix("env = A=1\\n2 ") })
        // A long list stands out, and does not push the others.
        let short = columns.filter { !$0.hasPrefix("compress-types") }
        #expect(Set(short.map { $0.firstIndex(of: "(")! }).count == 1)
    }

    @Test("It shows what applications and routes say themselves, with what they inherit in their lists")
    func reportOfParts() throws {
        let file = """
            env: [ 'A=1' ]
            applications:
              shop:
                run: wsgi:shop
                timeout: 5
                env: [ 'B=2' ]
              blog:
                run: "exec:blog 'a b'"
            routes:
            - path: [ /shop/*, /x/* ]
              application: shop
              timeout: 4
            - respond: 404
            """
        let reading = try readSettings(file: file)
        let lines = reading.lines.map { $0.split(separator: " ").joined(separator: " ") }
        for line in [
            "env = A=1 (shop.yaml:1)", "applications.shop.run = wsgi:shop (shop.yaml:4)",
            "applications.shop.timeout = 5 (shop.yaml:5)", "applications.shop.env = A=1 B=2 (shop.yaml:6)",
            "applications.blog.run = exec:blog 'a b' (shop.yaml:8)",
            "routes.1.path = /shop/* /x/* (shop.yaml:10)",
            "routes.1.application = shop (shop.yaml:11)", "routes.1.timeout = 4 (shop.yaml:12)",
            "routes.2.respond = 404 (shop.yaml:13)", "timeout = 30 (default)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.count == Declaration.all.count + 8)
    }
}
