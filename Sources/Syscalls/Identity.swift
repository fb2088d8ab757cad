// Who a process is. Names are looked up while the process may still read the databases; what is taken on, and after a
// fork, are numbers.

import CSyscalls
import Glibc

/// A user with its groups, as numbers.
public struct UserIdentity: Sendable, Equatable {
    /// The user's name for logs; the number where there is no account.
    public let name: String
    /// The user's number.
    public let user: UInt32
    /// The number of the primary group.
    public let group: UInt32
    /// The supplementary groups, each once, in ascending order.
    public let groups: [UInt32]
    /// What its programs are to find of a log-in; `nil` leaves that as it is.
    public let login: Login?

    /// An identity made of its parts.
    public init(name: String, user: UInt32, group: UInt32, groups: [UInt32], login: Login? = nil) {
        self.login = login
        self.name = name
        self.user = user
        self.group = group
        self.groups = Set(groups).sorted()
    }

    func withC<Result>(_ body: (UnsafePointer<CSyscalls_identity>) -> Result) -> Result {
        groups.withUnsafeBufferPointer { numbers in
            var identity = CSyscalls_identity(
                user: user, group: group, groups: numbers.baseAddress, group_count: CInt(numbers.count))
            return body(&identity)
        }
    }
}

/// What programs find in their environment after a user has logged in (environ(7)). Libraries look for files of the user there,
/// and fail in the folder of another one that they may not enter.
public struct Login: Sendable, Equatable {
    /// HOME, USER, LOGNAME and SHELL; `nil` for one that is not to be there.
    public let variables: [Variable]

    /// A variable and its value.
    public typealias Variable = (name: String, value: String?)

    /// The names of all of them.
    public static let names = ["HOME", "USER", "LOGNAME", "SHELL"]

    /// Where no account says anything, the variables are not there: those of another user would be wrong.
    public static let none = Login(name: nil, home: nil, shell: nil)

    /// - Parameters:
    ///   - home: The folder of the account; an empty one is `/`, as for login(1).
    ///   - shell: An empty one is `/bin/sh` (passwd(5)).
    public init(name: String?, home: String?, shell: String?) {
        func whole(_ text: String?, _ standard: String) -> String? { text.map { $0.isEmpty ? standard : $0 } }
        let values = [whole(home, "/"), name, name, whole(shell, "/bin/sh")]
        variables = zip(Self.names, values).map { ($0, $1) }
    }

    /// In the order of ``names``; what is left out is not to be there.
    fileprivate init(_ values: [String?]) {
        let values = values + Array(repeating: nil, count: max(0, Self.names.count - values.count))
        variables = zip(Self.names, values).map { ($0, $1) }
    }

    /// Compares the values; the names are the same.
    public static func == (one: Login, other: Login) -> Bool {
        one.variables.elementsEqual(other.variables) { $0.value == $1.value }
    }
}

/// The databases of users and groups (getpwnam(3), getgrnam(3)).
public enum Accounts {
    /// The account with a name or, where no account is named so, with a number. A number needs no account.
    ///
    /// - Returns: The account, its primary group `nil` where a number has no account; `nil` for an unknown name.
    public static func user(_ nameOrNumber: String) -> (name: String, uid: UInt32, gid: UInt32?)? {
        if let account = user(named: nameOrNumber) { return account }
        guard let number = number(nameOrNumber) else { return nil }
        return user(numbered: number) ?? (nameOrNumber, number, nil)
    }

    /// What a user finds after a log-in.
    ///
    /// - Parameter number: Of a user who has no account under this name.
    public static func login(_ name: String, number: UInt32) -> Login {
        let values = Findings.ask("login \(number) \(name)", unknown: []) {
            lookUpLogin(name, number).variables.map(\.value)
        }
        return Login(values)
    }

    private static func lookUpLogin(_ name: String, _ number: UInt32) -> Login {
        var entry = passwd()
        func read(_ entry: passwd) -> Login {
            Login(
                name: String(cString: entry.pw_name), home: String(cString: entry.pw_dir),
                shell: String(cString: entry.pw_shell))
        }
        return lookUp(&entry, { getpwnam_r(name, $0, $1, $2, $3) }, read: read)
            ?? lookUp(&entry, { getpwuid_r(number, $0, $1, $2, $3) }, read: read) ?? .none
    }

    /// The account with a name, and no other.
    public static func user(named name: String) -> (name: String, uid: UInt32, gid: UInt32?)? {
        account("user \(name)") { getpwnam_r(name, $0, $1, $2, $3) }
    }

    /// The account with a number.
    public static func user(numbered number: UInt32) -> (name: String, uid: UInt32, gid: UInt32?)? {
        account("number \(number)") { getpwuid_r(number, $0, $1, $2, $3) }
    }

    /// The number of the group with a name or, where no group is named so, the number itself; `nil` for an unknown name.
    public static func group(_ nameOrNumber: String) -> UInt32? {
        group(named: nameOrNumber) ?? number(nameOrNumber)
    }

    /// The number of the group with a name, and no other.
    public static func group(named name: String) -> UInt32? {
        Findings.ask("group \(name)", unknown: nil) {
            var entry = Glibc.group()
            return lookUp(&entry) {
                getgrnam_r(name, $0, $1, $2, $3)
            } read: {
                $0.gr_gid
            }
        }
    }

    /// All groups that a user is a member of, with `group` among them.
    public static func supplementaryGroups(user name: String, group: UInt32) -> [UInt32] {
        Findings.ask("groups \(group) \(name)", unknown: []) { lookUpGroups(name, group) }
    }

    private static func lookUpGroups(_ name: String, _ group: UInt32) -> [UInt32] {
        var count: CInt = 64
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            if getgrouplist(name, group, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            count = max(count, room * 2)
        }
    }

    /// Not every number: 4294967295 means "do not change" to the system calls.
    private static func number(_ text: String) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt32(text).flatMap { $0 == .max ? nil : $0 }
    }

    private static func account(
        _ question: @autoclosure () -> String,
        _ call: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> CInt
    ) -> (name: String, uid: UInt32, gid: UInt32?)? {
        let found = Findings.ask(question(), unknown: nil) {
            var entry = passwd()
            return lookUp(&entry, call) {
                ToldAccount(name: String(cString: $0.pw_name), user: $0.pw_uid, group: $0.pw_gid)
            }
        }
        return found.map { ($0.name, $0.user, $0.group) }
    }

    private static func lookUp<Entry, Value>(
        _ entry: inout Entry,
        _ call: (
            UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
        ) -> CInt,
        read: (Entry) -> Value
    ) -> Value? {
        var size = 1024
        while true {
            var result: UnsafeMutablePointer<Entry>?
            var memory = [CChar](repeating: 0, count: size)
            let outcome: (code: CInt, value: Value?) = memory.withUnsafeMutableBufferPointer { memory in
                let code = call(&entry, memory.baseAddress!, memory.count, &result)
                // The strings of an entry are in that memory.
                return (code, code == 0 && result != nil ? read(entry) : nil)
            }
            guard outcome.code == ERANGE, size < 1 << 24 else { return outcome.value }
            size *= 4
        }
    }
}

extension SystemProcess {
    /// The user whose rights this process has.
    public static var effectiveUser: UInt32 { geteuid() }
    /// The group whose rights this process has.
    public static var effectiveGroup: UInt32 { getegid() }
    /// The user who started it.
    public static var realUser: UInt32 { getuid() }
    /// Whether its rights are not those of who started it, because its file has the set-user-ID or set-group-ID bit.
    public static var hasBorrowedRights: Bool { geteuid() != getuid() || getegid() != getgid() }
    /// Whether it runs as root.
    public static var isRoot: Bool { geteuid() == 0 }

    /// The supplementary groups that this process has.
    public static var groups: [UInt32] {
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        let count = getgroups(CInt(groups.count), &groups)
        return Array(groups.prefix(Int(max(0, count))))
    }

    /// Takes an identity on for good: groups, user, and no capability unless it is root's. What the kernel says
    /// afterwards is compared with what was asked for, and the way back to root is tried and must be shut.
    ///
    /// The process has one thread. It forgets the wish to die with its parent: ask with ``dieWithParent(_:)`` again.
    /// - Throws: EPERM where the process may not do it, or where anything is left of what it was. It must not go on then.
    public static func become(_ identity: UserIdentity) throws(SyscallError) {
        try require("become \(identity.name)") { identity.withC { CSyscalls_become($0) } }
    }

    /// Asks to be killed when `parent` ends.
    ///
    /// - Returns: False where it has ended already; then nothing would ever come, and the caller ends.
    public static func dieWithParent(_ parent: pid_t) -> Bool { CSyscalls_die_with_parent(parent, SIGKILL) }
}

/// An account, as it is told.
private struct ToldAccount: Told {
    let name: String
    let user: UInt32
    let group: UInt32

    init(name: String, user: UInt32, group: UInt32) {
        (self.name, self.user, self.group) = (name, user, group)
    }

    func tell(_ octets: inout [UInt8]) {
        name.tell(&octets)
        user.tell(&octets)
        group.tell(&octets)
    }

    init?(_ reader: inout ToldReader) {
        guard let name = String(&reader), let user = UInt32(&reader), let group = UInt32(&reader) else {
            return nil
        }
        self.init(name: name, user: user, group: group)
    }
}
