import Testing

@testable import Gateway

@Suite("The command line")
struct CommandLineTests {
    private func settings(_ arguments: String...) throws -> Settings {
        // A port and a number of workers in the environment of the tests must not matter.
        let fixed = ["--bind", "127.0.0.1:1", "--workers", "1", "--temporary-folder", "/tmp"]
        let own = ["--bind", "--workers", "--temporary-folder"].filter { arguments.contains($0) }
        let rest = stride(from: 0, to: 6, by: 2).filter { !own.contains(fixed[$0]) }.flatMap {
            fixed[$0..<$0 + 2]
        }
        return try ServerOptions.parse(rest + arguments).settings()
    }

    @Test("Without options the settings are the defaults")
    func defaults() throws {
        let expected = Settings().lines.filter { !$0.hasPrefix("bind") && !$0.hasPrefix("workers") }
        let lines = try settings().lines.filter { !$0.hasPrefix("bind") && !$0.hasPrefix("workers") }
        #expect(lines == expected)
    }

    @Test("Addresses add up")
    func binds() throws {
        let binds = try settings("--bind", "a:1", "-b", "unix:/x").binds
        #expect(binds == [.tcp(host: "a", port: 1), .unix(path: "/x")])
    }

    @Test("Each option sets its setting, and each setting is listed by the name of its option")
    func options() throws {
        let options = [
            "workers": "3", "processes": "4", "threads": "5", "timeout": "6", "graceful-timeout": "7",
            "keep-alive": "8",
            "header-timeout": "9", "body-timeout": "10", "send-timeout": "11", "queue-timeout": "12",
            "queue-size": "13",
            "backlog": "14", "worker-connections": "15", "limit-request-line": "116",
            "limit-request-fields": "17",
            "limit-request-field-size": "118", "limit-request-head": "1019", "limit-request-body": "20",
            "buffer-memory": "21",
            "buffer-limit": "1000000", "chdir": "/x", "pid": "/p", "access-log": "-", "error-log": "/e",
            "log-level": "debug",
            "python": "/py", "root": "/r",
        ]
        for (name, value) in options {
            let lines = try settings("--\(name)", value).lines
            #expect(lines.contains("\(name) = \(value)"))
            #expect(lines.count == options.count + 2)
        }
    }

    @Test(
        "A number outside its range is a mistake that names the option and the range",
        arguments: [
            ("workers", "0"), ("workers", "65"), ("processes", "0"), ("threads", "0"), ("threads", "257"),
            ("backlog", "0"), ("timeout", "0"),
            ("graceful-timeout", "-1"), ("keep-alive", "0"), ("header-timeout", "0"), ("body-timeout", "0"),
            ("send-timeout", "0"),
            ("queue-timeout", "0"), ("queue-size", "-1"), ("worker-connections", "0"),
            ("limit-request-line", "63"),
            ("limit-request-fields", "0"), ("limit-request-field-size", "1"), ("limit-request-head", "255"),
            ("buffer-memory", "-1"),
            ("buffer-limit", "1"),
        ])
    func ranges(_ name: String, _ value: String) {
        let error = #expect(throws: ConfigurationError.self) { try settings("--\(name)=\(value)") }
        #expect(error?.exitCode == 2)
        #expect(error?.message.contains("--\(name)") == true && error?.message.contains(value) == true)
    }

    @Test("A log level or a folder that is none is a mistake")
    func texts() {
        let level = #expect(throws: ConfigurationError.self) { try settings("--log-level", "loud") }
        #expect(level?.exitCode == 2)
        let folder = #expect(throws: ConfigurationError.self) {
            try settings("--temporary-folder", "/nonexistent")
        }
        #expect(folder?.exitCode == 1)
    }

    @Test(
        "An option that does not exist, or that is no number, is refused",
        arguments: [["--nonsense"], ["--workers", "many"], ["--workers"], ["extra"], ["--timeout", "1.5"]])
    func unknown(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try ServerOptions.parse(arguments) }
    }
}
