// As root these tests change who a child is; as another user they see that it is refused.

import Syscalls
import Testing

@Suite("Identities", .serialized)
struct IdentityTests {
    /// 0, or errno.
    private func code(_ body: () throws(SyscallError) -> Void) -> Int {
        do {
            try body()
            return 0
        } catch {
            return Int(error.code)
        }
    }

    @Test("Names and numbers lead to accounts, and numbers need none")
    func accounts() throws {
        let root = try #require(Accounts.user("root"))
        #expect(root.name == "root" && root.uid == 0 && root.gid == 0)
        let zero = try #require(Accounts.user("0"))
        #expect(zero.name == "root" && zero.gid == 0)
        let number = try #require(Accounts.user("3999999999"))
        #expect(number.name == "3999999999" && number.uid == 3_999_999_999 && number.gid == nil)
        #expect(Accounts.group("root") == 0 && Accounts.group("3999999999") == 3_999_999_999)
        #expect(Accounts.supplementaryGroups(user: "root", group: 0).contains(0))
        #expect(Accounts.supplementaryGroups(user: "no-such-user", group: 77) == [77])
    }

    @Test(
        "What is neither a name nor a number names nobody",
        arguments: [
            "", "no-such-name", "-1", "+1", "1x", " 1", "4294967295", "4294967296", "99999999999999999999",
        ])
    func unknown(_ name: String) {
        #expect(Accounts.user(name) == nil)
        #expect(Accounts.group(name) == nil)
    }

    @Test("The groups of an identity are in order, each once")
    func groups() {
        let identity = UserIdentity(name: "a", user: 1, group: 2, groups: [9, 2, 9, 4])
        #expect(identity.groups == [2, 4, 9])
    }

    @Test("A process that takes an identity on has nothing left of what it was, and no way back")
    func become() throws {
        let child = try HeldChild {
            let taken = code { () throws(SyscallError) in try SystemProcess.become(.stranger) }
            guard taken == 0 else { return taken }
            let again = code { () throws(SyscallError) in try SystemProcess.become(.stranger) }
            let root = UserIdentity(name: "root", user: 0, group: 0, groups: [])
            let back = code { () throws(SyscallError) in try SystemProcess.become(root) }
            return again * 1000 + back
        }
        #expect(
            child.answer == 1, "taken, taken again, and then EPERM; or EPERM at once where this is not root")
        if SystemProcess.isRoot { #expect(Credentials(child.file("status")) == Credentials(.stranger)) }
    }

    @Test("Root may stay root, with other groups")
    func root() throws {
        let child = try HeldChild {
            let root = UserIdentity(name: "root", user: 0, group: 0, groups: [0, 5])
            return code { () throws(SyscallError) in try SystemProcess.become(root) }
        }
        #expect(child.answer == (SystemProcess.isRoot ? 0 : 1))
        if SystemProcess.isRoot { #expect(Credentials(child.file("status")).supplementary == ["0", "5"]) }
    }

    @Test("A worker that became another user still dies with its parent, when it asks again")
    func diesWithParent() throws {
        let life = try Pipe(readsWithoutBlocking: false)
        let output = life.writeEnd.number
        let identity = SystemProcess.isRoot ? UserIdentity.stranger : nil
        let parent = try HeldChild {
            let own = SystemProcess.id
            guard let pid = try? ChildProcess.fork(diesWithParent: true) else { return -1 }
            if pid == 0 {
                if let identity { try? SystemProcess.become(identity) }
                EventDescriptor.raise(SystemProcess.dieWithParent(own) ? output : -1)
                while true { SystemProcess.pause() }
            }
            return Int(pid)
        }
        let end = life.intoReadEnd()
        #expect(try Shell.receive(end.number) != nil)
        parent.end()
        #expect(try Shell.receive(end.number) == nil)
    }

    @Test("A worker whose parent is gone learns it when it asks")
    func parentGone() throws {
        #expect(!SystemProcess.dieWithParent(SystemProcess.id))
    }
}
