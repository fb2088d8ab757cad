import Syscalls
import Testing

@Suite("Questions to the command line", .serialized)
struct CommandLineTests {
    @Test("--version and --help are answered on standard output", .timeLimit(.minutes(5)))
    func versionAndHelp() throws {
        let version = try gatewayOutcome("--version")
        #expect(version.status == .exited(0))
        #expect(version.output.hasPrefix("gateway "))
        #expect(version.output.lines.count == 1)
        #expect(version.errors == "")

        let help = try gatewayOutcome("--help")
        #expect(help.status == .exited(0))
        for word in [
            "wsgi:MODULE:CALLABLE", "php:DIR", "exec:COMMAND", "fcgi:ADDRESS", "--bind", "--workers",
        ] {
            #expect(help.output.contains(word), "\(word)")
        }
        #expect(help.errors == "")
    }

    @Test("No argument is a mistake", .timeLimit(.minutes(5)))
    func noArgument() throws {
        let (status, output, errors) = try gatewayOutcome()
        #expect(status == .exited(2))
        #expect(output == "")
        #expect(errors.contains("APPLICATION") || errors.contains("<application>"))
    }

    @Test(
        "--print-config shows every setting, with what was given and what the environment says",
        .timeLimit(.minutes(5)))
    func printConfig() throws {
        let application = "exec:\(try CProgram.responder.path)"
        let (status, output, _) = try gatewayOutcome(
            application, "--print-config", "--bind", "[::1]:99", "--bind", "unix:/x", "--timeout", "7",
            environment: ["WEB_CONCURRENCY=3"])
        #expect(status == .exited(0))
        let lines = output.settingLines
        for line in [
            "bind = [::1]:99 unix:/x (command line)", "timeout = 7 (command line)",
            "workers = 3 (environment: WEB_CONCURRENCY)", "keep-alive = 75 (default)",
            "queue-size = 1024 (default)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        // Every option that has a value has a line.
        let help = try gatewayOutcome("--help").output
        let names = help.matches(of: #/--([a-z-]+) </#).map { String($0.1) }
        #expect(names.count > 20)
        for name in names { #expect(lines.contains { $0.hasPrefix("\(name) = ") }, "\(name)") }

        let port = try gatewayOutcome(application, "--print-config", environment: ["PORT=8123"])
        #expect(port.output.settingLines.contains("bind = :8123 (environment: PORT)"))
        let plain = try gatewayOutcome(application, "--print-config")
        #expect(plain.output.settingLines.contains("bind = 127.0.0.1:8000 (default)"))
    }

    @Test("--check-config starts nothing, and fails as a start would", .timeLimit(.minutes(5)))
    func checkConfig() throws {
        let application = "exec:\(try CProgram.responder.path)"
        let good = try gatewayOutcome(application, "--check-config", "--bind", "127.0.0.1:0")
        #expect(good.status == .exited(0))
        #expect(good.output == "the configuration is valid\n")
        for (arguments, code) in [
            (["php:/nowhere"], 1), (["exec:/nowhere"], 4), ([application, "--timeout", "0"], 2),
            (["perl:x"], 2),
            ([application, "--access-log", "/nowhere/log"], 1),
            ([application, "--error-log", "/nowhere/log"], 1),
            ([application, "--pid", "/nowhere/pid"], 1),
        ] {
            let (status, _, errors) = try outcome(of: [Build.gateway, "--check-config"] + arguments)
            #expect(status == .exited(code), "\(arguments)")
            #expect(errors.lines.count >= 1, "\(arguments)")
        }
    }
}

extension String {
    /// The lines of --print-config, without the blanks that align them.
    var settingLines: [String] { lines.map { $0.split(separator: " ").joined(separator: " ") } }
}
