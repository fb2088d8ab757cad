import Testing
@testable import Settings
@testable import SettingsReading

@Suite("The kinds of values")
struct ValueKindTests {
    private func mistake(_ name: String, _ value: String) throws -> String? {
        let given = [name: Given(name, [value], .commandLine)]
        let loader = try SettingsLoader(environment: { _ in nil }, variable: [:], commandLine: given)
        let error = #expect(throws: ConfigurationError.self) { try loader.load() }
        #expect(error?.exitCode == 2)
        return error?.message
    }

    @Test(
        "A value outside of what its setting allows is a mistake that names the option and the value",
        arguments: [
            ("workers", "0"), ("workers", "65"), ("workers", "many"), ("workers", "1.5"), ("workers", ""),
            ("workers", "99999999999999999999"), ("processes", "0"), ("processes", "1025"), ("threads", "0"),
            ("threads", "257"), ("backlog", "0"), ("backlog", "65536"), ("worker-connections", "0"),
            ("queue-size", "-1"), ("max-requests", "-1"), ("max-requests-jitter", "-1"), ("timeout", "0"),
            ("timeout", "1.5"), ("timeout", "30s"), ("graceful-timeout", "-1"), ("graceful-timeout", "86401"),
            ("boot-timeout", "0"), ("keep-alive", "0"), ("header-timeout", "0"), ("body-timeout", "0"),
            ("send-timeout", "0"), ("queue-timeout", "0"), ("limit-request-line", "63"),
            ("limit-request-fields", "0"), ("limit-request-field-size", "1"), ("limit-request-head", "255"),
            ("limit-request-body", "-1"), ("limit-request-body", "1T"), ("limit-request-body", "K"),
            ("limit-request-body", "1 K"), ("limit-request-body", "9999999999999999G"),
            ("limit-request-body", "1.5M"), ("buffer-memory", "-1"), ("buffer-memory", "2G"),
            ("buffer-limit", "1"), ("max-worker-memory", "512"), ("max-worker-memory", "-1"),
            ("socket-mode", "8"), ("socket-mode", "01000"), ("socket-mode", "-1"), ("socket-mode", "0x1f"),
            ("umask", "rw"), ("umask", "+7"), ("socket-owner", ":"), ("socket-owner", "a:b:c"),
            ("socket-owner", "a:"), ("env", "A"), ("env", "=1"), ("env", "1A=1"), ("env", "A B=1"),
            ("env", "Ä=1"), ("env", ""), ("log-level", "loud"), ("error-log", ""), ("temporary-folder", ""),
            ("forwarded-allow-ips", "localhost"), ("forwarded-allow-ips", "10.0.0"),
            ("forwarded-allow-ips", "10.0.0.256"), ("forwarded-allow-ips", "10.0.0.0/33"),
            ("forwarded-allow-ips", "::/129"), ("forwarded-allow-ips", ":::"),
            ("forwarded-allow-ips", "10.0.0.0/8/8"), ("forwarded-allow-ips", "abc"),
            ("reload-extra-file", ""),
            ("bind", "nowhere"), ("bind", ""), ("scaling", "auto"), ("scaling", "Static"), ("scaling", ""),
            ("min-processes", "0"), ("spare-processes", "-1"), ("idle-timeout", "0"), ("concurrency", "0"),
            ("process-max-requests", "-1"), ("process-max-requests-jitter", "-1"), ("process-max-age", "-1"),
            ("process-max-memory", "1023K"), ("process-max-memory", "-1"), ("rlimit", ""), ("rlimit", "as"),
            ("rlimit", "as="), ("rlimit", "files=1"), ("rlimit", "NOFILE=1"), ("rlimit", "nofile=-1"),
            ("rlimit", "nofile=2:1"), ("rlimit", "nofile=unlimited:1"), ("rlimit", "nofile=1:"),
            ("rlimit", "nofile=:1"), ("rlimit", "nofile=1:2:3"), ("rlimit", "as=1.5G"),
            ("rlimit", "cpu=99999999999999999999"), ("param", "A"), ("param", "=1"),
        ])
    func mistakes(_ name: String, _ value: String) throws {
        let found = try mistake(name, value)
        let message = try #require(found, "\(name) \(value)")
        #expect(message.hasPrefix("--\(name)"), "\(message)")
        #expect(message.contains(value.isEmpty ? "''" : value))
        #expect(message.contains("write "), "\(message)")
    }

    @Test(
        "Octets are counted in multiples of 1024 where a letter says so, and shown so",
        arguments: [
            ("0", 0, "0"), ("1", 1, "1"), ("1000", 1000, "1000"), ("1024", 1024, "1K"), ("1k", 1024, "1K"),
            ("64K", 65_536, "64K"), ("10m", 10 << 20, "10M"), ("1536K", 1536 << 10, "1536K"),
            ("2G", 2 << 30, "2G"), ("1048576G", 1 << 50, "1048576G"),
        ] as [(String, UInt64, String)])
    func octets(_ text: String, _ value: UInt64, _ shown: String) throws {
        let kind = ValueKind<UInt64>.octets(0...1 << 50)
        #expect(try kind.read(text) == value)
        #expect(kind.show(value) == shown)
    }

    @Test("A limit that can be switched off allows 0 beside its range")
    func zero() throws {
        #expect(try readSettings(["--max-worker-memory", "0"]).settings.maxWorkerMemory == 0)
        #expect(try readSettings(["--max-worker-memory", "16M"]).settings.maxWorkerMemory == 16 << 20)
    }

    @Test(
        "Permissions are octal",
        arguments: [
            ("0", 0, "0"), ("7", 7, "07"), ("022", 18, "022"), ("0o777", 511, "0777"), ("660", 432, "0660"),
        ]
            as [(String, UInt32, String)])
    func modes(_ text: String, _ value: UInt32, _ shown: String) throws {
        #expect(try ValueKind<UInt32>.mode.read(text) == value)
        #expect(ValueKind<UInt32>.mode.show(value) == shown)
    }

    @Test(
        "Owners, variables and peers have forms of their own",
        arguments: [
            ("socket-owner", "a"), ("socket-owner", "a:b"), ("socket-owner", ":b"), ("socket-owner", "0:33"),
            ("env", "A="), ("env", "_a1=b=c"), ("forwarded-allow-ips", "*"), ("forwarded-allow-ips", "::1"),
            ("forwarded-allow-ips", "unix"), ("proxy-allow-ips", "unix"), ("forwarded-fields", "x-forwarded"),
            ("forwarded-fields", "none"), ("proxy-protocol", "auto"), ("unbelieved-fields", "drop"),
            ("forwarded-allow-ips", "fd00::/8"), ("forwarded-allow-ips", "10.0.0.0/8"),
            ("forwarded-allow-ips", "::ffff:10.0.0.1"), ("scaling", "static"), ("scaling", "dynamic"),
            ("scaling", "ondemand"), ("rlimit", "nofile=1K"), ("rlimit", "as=512M:1G"), ("rlimit", "core=0"),
            ("rlimit", "nproc=unlimited"), ("rlimit", "stack=8M:unlimited"), ("param", "APP_ENV=a=b c"),
            ("process-max-memory", "0"), ("process-max-memory", "1M"), ("process-max-requests", "0"),
        ])
    func forms(_ name: String, _ value: String) throws {
        let settings = try readSettings(["--\(name)", value]).settings
        #expect(Declaration.named(name)?.show(settings) == value)
    }

    @Test("Peers may be written with commas between them")
    func commas() throws {
        let settings = try readSettings([
            "--forwarded-allow-ips", "10.0.0.1, ::1,", "--forwarded-allow-ips", "*",
        ]).settings
        #expect(settings.forwardedAllowIPs == ["10.0.0.1", "::1", "*"])
    }
}
