import Testing
@testable import Settings
@testable import SettingsReading

@Suite("What a reload may change")
struct SettingsReloadTests {
    @Test("Of settings for a start only the running value stays, and their names are told")
    func startOnly() {
        var running = Settings()
        running.pidFile = "/run/shop.pid"
        running.workers = 3
        var fresh = Settings()
        fresh.pidFile = "/run/other.pid"
        fresh.detaches = true
        fresh.workers = 5
        #expect(fresh.keepStartOnly(of: running) == ["daemon", "pid"])
        #expect(fresh.pidFile == "/run/shop.pid" && !fresh.detaches && fresh.workers == 5)
        #expect(fresh.keepStartOnly(of: running).isEmpty)
    }

    @Test("The settings for a start only, and those for new sockets, are these")
    func marks() {
        func names(_ change: Declaration.Change) -> Set<String> {
            Set(Declaration.all.filter { $0.change == change }.map(\.name))
        }
        #expect(names(.start) == ["config", "daemon", "pid"])
        #expect(names(.opening) == ["reuse-port", "socket-mode", "socket-owner"])
    }
}
