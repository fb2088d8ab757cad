import Syscalls
import Testing
@testable import Settings

@Suite("Users and groups of the command line")
struct RunAsTests {
    @Test("Without a user and a group everything runs as the master does")
    func nothing() throws { #expect(try RunAs.resolve(user: nil, group: nil) == nil) }

    @Test("The present user and group need no rights")
    func present() throws {
        let (user, group) = (SystemProcess.effectiveUser, SystemProcess.effectiveGroup)
        let identity = try #require(try RunAs.resolve(user: "\(user)", group: "\(group)"))
        #expect(identity.user == user && identity.group == group && identity.groups.contains(group))
        let same = try #require(try RunAs.resolve(user: nil, group: "\(group)"))
        #expect(same.user == identity.user && same.groups == identity.groups && same.login == nil)
    }

    @Test("Root may choose any user; anybody else is told what to do")
    func other() throws {
        guard SystemProcess.isRoot else {
            let error = #expect(throws: ConfigurationError.self) {
                try RunAs.resolve(user: "3999999999", group: "3999999998")
            }
            #expect(error?.message.contains("start the gateway as root") == true)
            return
        }
        let account = try #require(Accounts.user("nobody"))
        let nobody = try #require(try RunAs.resolve(user: "nobody", group: nil))
        #expect(nobody.name == "nobody" && nobody.user == account.uid && nobody.group == account.gid)
        #expect(nobody.groups.contains(nobody.group))
        let number = try #require(try RunAs.resolve(user: "3999999999", group: "3999999998"))
        #expect(number.user == 3_999_999_999 && number.group == 3_999_999_998)
        #expect(number.groups == [3_999_999_998])
    }

    @Test(
        "What is not there is named, with its option",
        arguments: [
            ("no-such-user", nil, "there is no user 'no-such-user' (--user)"),
            ("0", "no-such-group", "there is no group 'no-such-group' (--group)"),
            ("3999999999", nil, "user 3999999999 has no account, and so no group (--user): add 'group'"),
            ("", nil, "there is no user '' (--user)"),
        ] as [(String, String?, String)])
    func unknown(_ user: String, _ group: String?, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try RunAs.resolve(user: user, group: group) }
        #expect(error?.message.hasPrefix(message) == true)
        #expect(error?.exitCode == 1)
    }

    @Test("The owner of a socket is a user, a group or both")
    func owner() throws {
        let both = try SocketOwner.resolve("root:3999999998")
        #expect(both.user == 0 && both.group == 3_999_999_998)
        let user = try SocketOwner.resolve("3999999999")
        #expect(user.user == 3_999_999_999 && user.group == nil)
        let group = try SocketOwner.resolve(":root")
        #expect(group.user == nil && group.group == 0)
    }

    @Test(
        "What is no owner of a socket is an error",
        arguments: [
            ("", 2), (":", 2), ("a:b:c", 2), ("no-such-user", 1), ("root:no-such-group", 1),
        ] as [(String, Int32)])
    func noOwner(_ text: String, _ exitCode: Int32) {
        let error = #expect(throws: ConfigurationError.self) { try SocketOwner.resolve(text) }
        #expect(error?.exitCode == exitCode)
    }
}
