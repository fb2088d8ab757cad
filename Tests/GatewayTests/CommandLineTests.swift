import GatewayInterface
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("The command line")
struct CommandLineTests {
    /// A value that is not the default, for every setting.
    private static let values = [
        "bind": "a:1", "backlog": "14", "reuse-port": "true", "socket-mode": "0660",
        "socket-owner": "www:www",
        "forwarded-allow-ips": "10.0.0.1", "forwarded-fields": "forwarded", "unbelieved-fields": "drop",
        "proxy-protocol": "v2", "proxy-allow-ips": "10.0.0.2", "workers": "3", "worker-class": "sync",
        "processes": "4",
        "threads": "5", "offload-threads": "7", "scaling": "dynamic", "min-processes": "2",
        "spare-processes": "3",
        "idle-timeout": "62", "concurrency": "6", "process-max-requests": "100",
        "process-max-requests-jitter": "10", "process-max-age": "3600", "process-max-memory": "100M",
        "rlimit": "nofile=1K:2K", "param": "B=2", "revision": "7", "balance": "hash:HTTP_X_USER",
        "max-connections": "40", "connect-timeout": "2", "request-timeout": "31", "max-fails": "3",
        "fail-timeout": "21", "health-check": "/ping", "health-interval": "6", "resolve-interval": "32",
        "retry": "unsent", "max-requests": "1000", "max-requests-jitter": "50", "max-worker-memory": "256M",
        "preload": "true", "reload": "true", "reload-extra-file": "/f", "timeout": "6",
        "graceful-timeout": "7", "finish-timeout": "8", "temporary-limit": "9M",
        "boot-timeout": "61", "keep-alive": "8", "header-timeout": "9", "body-timeout": "10",
        "send-timeout": "11", "queue-timeout": "12", "worker-connections": "15", "queue-size": "13",
        "limit-request-line": "116", "limit-request-fields": "17", "limit-request-field-size": "118",
        "limit-request-head": "1019", "limit-request-body": "20", "buffer-memory": "21",
        "buffer-limit": "1000000", "stream-request-body": "true",
        "body-rate": "22", "send-rate": "23", "address-connections": "24", "pipeline-depth": "25",
        "worker-buffers": "100M",
        "permit-obsolete-folding": "true", "permit-unconventional-http-method": "true",
        "permit-unconventional-http-version": "true", "strip-header-spaces": "true",
        "casefold-http-method": "true", "header-map": "refuse", "forwarder-headers": "SCRIPT_NAME",
        "config": "shop.yaml", "chdir": "/x", "env": "A=1", "user": "www",
        "group": "www", "umask": "027", "daemon": "true", "pid": "/p", "proc-name": "shop", "python": "/py",
        "php": "/php", "php-ini": "a=1", "script-root": "/srv",
        "root": "/r", "temporary-folder": "/t", "x-sendfile-root": "/s", "x-accel-root": "/p/=/s",
        "index": "home.html", "autoindex": "true", "precompressed": "br,gzip", "cache-control": "no-cache",
        "max-ranges": "5", "follow-links": "off", "mime-types": "/m",
        "server-header": "off", "compress": "br,gzip", "compress-types": "text/x-a",
        "compress-min-length": "22", "compress-level": "7", "compress-limit": "23",
        "error-page": "404,410=/lost.html", "intercept-errors": "true",
        "access-log": "-", "access-log-format": "json", "trust-request-id": "true",
        "return-request-id": "true", "trace": "begin", "error-log": "/e", "log-level": "debug",
    ]

    /// As the loader would have them.
    private static func texts(_ declaration: Declaration, _ value: String) -> [String] {
        declaration.form == .commaSeparated ? value.split(separator: ",").map(String.init) : [value]
    }

    private static func arguments(_ declaration: Declaration, _ value: String) -> [String] {
        declaration.form == .flag ? ["--\(declaration.name)"] : ["--\(declaration.name)=\(value)"]
    }

    /// A command line with every option.
    private static var allArguments: [String] {
        get throws {
            try Declaration.all.flatMap { declaration in
                arguments(declaration, try #require(values[declaration.name]))
            }
        }
    }

    /// What it says, read once.
    private static let allGiven = Result { try GatewayCommand.parse(allArguments).given(.commandLine) }

    @Test("The options and the declarations are the same settings")
    func sameSettings() throws {
        #expect(Set(Self.values.keys) == Set(Declaration.all.map(\.name)))
        #expect(Set(Declaration.all.map(\.name)).count == Declaration.all.count)
        let all = try Self.allArguments
        let given = try Self.allGiven.get()
        #expect(Set(given.keys) == Set(Self.values.keys))
        let embedded = try EmbeddedCommand.parse(all).given(.commandLine)
        #expect(Set(embedded.keys) == Set(Self.values.keys))
        let questions = ["check-config", "print-config", "help", "version"]
        for help in [GatewayCommand.helpMessage(columns: 1000), EmbeddedCommand.helpMessage(columns: 1000)] {
            let options = help.matches(of: #/(?m)^ +(?:-\w, )?--([a-z-]+)/#)
                .map { String($0.1) }.filter { !questions.contains($0) }
            #expect(options == Declaration.all.map(\.name))
        }
    }

    @Test(
        "Each option sets its own setting, and the report shows what was given",
        arguments: Declaration.all.map(\.name))
    func options(_ name: String) throws {
        let declaration = try #require(Declaration.named(name))
        let value = try #require(Self.values[name])
        let given = try #require(try Self.allGiven.get()[name])
        let reading =
            name == "config"
            ? try readSettings(file: "")
            : try SettingsLoader(
                environment: { _ in nil }, variable: [:], commandLine: [name: given],
                folder: { WorkFolder(path: "/start") }
            ).load()
        if name == "config" {
            #expect(reading.settings.configurationFile?.hasSuffix(value) == true)
        } else {
            #expect(declaration.show(reading.settings) == value)
        }
        #expect(declaration.show(reading.settings) != declaration.show(Settings()))
        for other in Declaration.all where other.name != name && other.name != "workers" {
            #expect(other.show(reading.settings) == other.show(Settings()), "\(other.name)")
        }
        #expect(reading.origins == [name: .commandLine])
    }

    @Test("What the report shows, a source accepts", arguments: Declaration.all.map(\.name))
    func shownAndRead(_ name: String) throws {
        let declaration = try #require(Declaration.named(name))
        var settings = Settings()
        let texts =
            declaration.isList
            ? Self.texts(declaration, Self.values[name] ?? "") : [declaration.show(Settings())]
        try declaration.store(&settings, Given(name, texts, .commandLine).texts, false)
        if !declaration.isList { #expect(declaration.show(settings) == declaration.show(Settings())) }
    }

    @Test("Letters stand for options")
    func letters() throws {
        let settings = try readSettings([
            "-b", "a:1", "-w", "2", "-t", "3", "-p", "/p", "-k", "sync", "-m", "022", "-u", "www", "-g",
            "staff",
            "-D", "-e", "A=1", "-n", "shop",
        ]).settings
        #expect(settings.binds == [.tcp(host: "a", port: 1)] && settings.hasChosenBinds)
        #expect(settings.workers == 2 && settings.timeout == 3 && settings.pidFile == "/p")
        #expect(settings.workerClass == "sync" && settings.umask == 0o22 && settings.detaches)
        #expect(settings.user == "www" && settings.group == "staff")
        #expect(settings.environment == ["A=1"] && settings.processName == "shop")
        let letters = Declaration.all.compactMap(\.short)
        #expect(Set(letters).count == letters.count)
    }

    @Test("Addresses add up")
    func binds() throws {
        let binds = try readSettings(["--bind", "a:1", "-b", "unix:/x"]).settings.binds
        #expect(binds == [.tcp(host: "a", port: 1), .unix(path: "/x")])
    }

    @Test("An option that does not exist, or has no value, is refused; the nearest one is named")
    func unknown() {
        for arguments in [["--nonsense"], ["--workers"], ["a", "extra"], ["--preload=true"], ["-x"]] {
            #expect(throws: (any Error).self) { _ = try GatewayCommand.parse(arguments) }
        }
        let error = #expect(throws: (any Error).self) { _ = try GatewayCommand.parse(["--worker", "3"]) }
        let message = error.map { GatewayCommand.message(for: $0) }
        #expect(message?.contains("'--workers'") == true)
        #expect(throws: (any Error).self) { _ = try EmbeddedCommand.parse(["wsgi:a"]) }
    }

    @Test("The documentation has a row for every setting")
    func documentation() {
        let rows = SettingsDocumentation.text.split(separator: "\n").filter { $0.hasPrefix("| `--") }
        #expect(rows.count == Declaration.all.count)
        for (row, declaration) in zip(rows, Declaration.all) {
            #expect(row.hasPrefix("| `--\(declaration.name)`"))
            #expect(row.hasSuffix(" |") && row.matches(of: #/ \| /#).count == 5, "\(row)")
        }
        for declaration in Declaration.all {
            #expect(declaration.meaning.hasSuffix("."), "\(declaration.name)")
        }
    }

    @Test("Without an application there is nothing to serve; a program with its own wants none")
    func application() throws {
        let missing = #expect(throws: ConfigurationError.self) {
            _ = try ApplicationSet(serving: readSettings())
        }
        #expect(missing?.exitCode == 2 && missing?.message.contains("APPLICATION") == true)
        let file = try readSettings(file: "\napplication: perl:x")
        let wrong = #expect(throws: ConfigurationError.self) {
            _ = try ApplicationSet(serving: file)
        }
        #expect(wrong?.message.hasPrefix("shop.yaml:2: application: 'perl:' is no kind") == true)
        let named = #expect(throws: ConfigurationError.self) {
            _ = try ApplicationSet(serving: file, beside: { .inline { _ in Response(status: 200) } })
        }
        #expect(named?.message.hasPrefix("shop.yaml:2: application is 'perl:x': remove it") == true)
    }
}
