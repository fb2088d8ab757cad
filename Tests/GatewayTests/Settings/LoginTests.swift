import Syscalls
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("HOME, USER, LOGNAME and SHELL of applications")
struct LoginTests {
    private func entries(_ login: Login?, _ options: [String] = []) throws -> [String] {
        try readSettings(options).settings.processEnvironment(of: login).filter { entry in
            Login.names.contains { entry.hasPrefix($0 + "=") }
        }.sorted()
    }

    @Test("They are those of the account")
    func account() throws {
        let root = Accounts.login("root", number: 0)
        #expect(root.variables.map(\.name) == ["HOME", "USER", "LOGNAME", "SHELL"])
        #expect(root.variables.map(\.value).prefix(3) == ["/root", "root", "root"])
        let login = Login(name: "www", home: "/var/www", shell: "")
        #expect(
            try entries(login) == ["HOME=/var/www", "LOGNAME=www", "SHELL=/bin/sh", "USER=www"])
        #expect(Login(name: "www", home: "", shell: "/bin/x").variables[0].value == "/")
    }

    @Test("A user without an account has none of them: those of whoever starts the gateway would be wrong")
    func nobody() throws {
        #expect(Accounts.login("3999999999", number: 3_999_999_999) == Login.none)
        #expect(try entries(Login.none) == [])
    }

    @Test("What env says wins")
    func environment() throws {
        let login = Login(name: "www", home: "/var/www", shell: "/bin/sh")
        #expect(
            try entries(login, ["--env", "HOME=/srv", "--env", "USER="]) == [
                "HOME=/srv", "LOGNAME=www", "SHELL=/bin/sh", "USER=",
            ])
        #expect(try entries(Login.none, ["--env", "HOME=/srv"]) == ["HOME=/srv"])
    }

    @Test("Who stays who it is keeps what it has; only --user changes it")
    func present() throws {
        #expect(try RunAs.resolve(user: nil, group: "\(SystemProcess.effectiveGroup)")?.login == nil)
        let user = "\(SystemProcess.effectiveUser)"
        let identity = try #require(try RunAs.resolve(user: user, group: "\(SystemProcess.effectiveGroup)"))
        #expect(identity.login == Accounts.login(identity.name, number: SystemProcess.effectiveUser))
    }

    @Test("Scripts find them too, by name, and never in the arguments of a process")
    func scripts() throws {
        var settings = Settings()
        let nobody = try ApplicationPlan(.cgi("/tmp"), name: "a", settings: settings)
        #expect(nobody.program?.arguments.contains("HOME") == false)
        settings.user = "\(SystemProcess.effectiveUser)"
        settings.group = "\(SystemProcess.effectiveGroup)"
        let plan = try ApplicationPlan(.cgi("/tmp"), name: "a", settings: settings)
        let arguments = try #require(plan.program?.arguments)
        for name in Login.names { #expect(arguments.contains(name)) }
        #expect(!arguments.contains { $0.hasPrefix("HOME=") })
    }
}
