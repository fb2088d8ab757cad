import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("The servers that fcgi: names")
struct ServerEntryTests {
    @Test("One or several, with weights and backups")
    func list() throws {
        let entries = try ServerEntry.list(
            "unix:/run/a, 10.0.0.1:9000 weight=3,  [::1]:9000 backup ,unix:@name backup weight=1000")
        #expect(
            entries == [
                ServerEntry(bind: .unix(path: "/run/a")),
                ServerEntry(bind: .tcp(host: "10.0.0.1", port: 9000), weight: 3),
                ServerEntry(bind: .tcp(host: "::1", port: 9000), isBackup: true),
                ServerEntry(bind: .abstract(name: "name"), weight: 1000, isBackup: true),
            ])
    }

    @Test(
        "What is none",
        arguments: [
            ("a:1,", "'a:1,' names an empty server: write ADDRESS, or ADDRESS,ADDRESS"),
            (",", "',' names an empty"),
            (
                "a:1 weight=0",
                "'weight=0' says nothing about a server: write weight=1 to weight=1000, or backup"
            ),
            ("a:1 weight=1001", "'weight=1001' says nothing"), ("a:1 weight=", "'weight=' says nothing"),
            ("a:1 weight=99999999999999999999", "'weight=9999"),
            ("a:1 down", "'down' says nothing about a server"),
            ("a:1,b:1,a:1 backup", "'a:1' is named twice: keep one, and give it a weight"),
            ("a", "'a' is no address: "), ("unix:", "'unix:' is no address: "),
            ("::1:9000", "'::1:9000' is no address"),
        ])
    func refused(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try ServerEntry.list(text) }
        #expect(error?.message.hasPrefix(expected) == true, "\(String(describing: error))")
    }

    /// The plan of an external application.
    private func plan(_ text: String, _ change: (inout Settings) -> Void = { _ in }) throws -> ApplicationPlan
    {
        var settings = Settings()
        change(&settings)
        return try ApplicationPlan(.fcgi(ServerEntry.list(text)), name: "a", settings: settings)
    }

    @Test("As many connections to a server as the settings say; many servers fit with what nobody has said")
    func connections() throws {
        #expect(try plan("127.0.0.1:1").processes == 128)
        #expect(try plan("127.0.0.1:1") { $0.processes = 5 }.processes == 5)
        #expect(
            try plan("127.0.0.1:1") { ($0.processes, $0.external.maxConnections) = (5, 7) }.processes == 7)
        #expect(!(try plan("127.0.0.1:1") { $0.external.maxConnections = 7 }).keepsConnections)
        #expect(try plan("127.0.0.1:1") { $0.processes = 5 }.keepsConnections)
        let many = (1...64).map { "127.0.0.1:\($0)" }
        #expect(try plan(many.joined(separator: ",")).slotCount == 2048)
        for (text, expected) in [
            ((many + ["127.0.0.1:99"]).joined(separator: ","), "there are 65 servers: name at most 64"),
            ("127.0.0.1:1 backup", "every server is a backup: name one that is not"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try plan(text) }
            #expect(error?.message == expected)
        }
        let error = #expect(throws: ConfigurationError.self) {
            try plan("127.0.0.1:1,127.0.0.1:2,127.0.0.1:3") { $0.external.maxConnections = 1024 }
        }
        #expect(error?.message.hasSuffix("lower --max-connections") == true)
    }

    @Test(
        "Ways to balance, and what is none",
        arguments: [
            ("round-robin", .roundRobin), ("least-connections", .leastConnections),
            ("hash:client", .hashOfClient),
            ("hash:path", .hashOfPath), ("hash:HTTP_X_USER", .hashOf("HTTP_X_USER")), ("hash:", nil),
            ("hash", nil),
            ("hash:x-user", nil), ("random", nil), ("", nil),
        ] as [(String, ExternalSettings.Balance?)])
    func balance(_ text: String, _ expected: ExternalSettings.Balance?) {
        let kind = ValueKind<ExternalSettings.Balance>.balance
        #expect((try? kind.read(text)) == expected)
        if let expected { #expect(kind.show(expected) == text) }
    }

    @Test(
        "Health checks, and what is none",
        arguments: [
            ("connect", .connect), ("/ping", .path("/ping")), ("/status?json", .path("/status?json")),
            ("ping", nil),
            ("", nil), ("/a b", nil), ("/\n", nil),
        ] as [(String, ExternalSettings.HealthCheck?)])
    func healthCheck(_ text: String, _ expected: ExternalSettings.HealthCheck?) {
        #expect((try? ValueKind<ExternalSettings.HealthCheck>.healthCheck.read(text)) == expected)
    }
}
