// Who runs the processes, and who owns the socket. Names are looked up before anything changes: behind a
// chroot there may be no database to ask.

import Syscalls

/// The answer to `-u`, `-g`, `-U` and `-G`.
struct Ownership {
    /// Who the processes are to be; `nil` leaves them who starts them.
    let identity: UserIdentity?
    /// Who is to own the file of a unix socket.
    let socketOwner: Socket.Owner?

    init(_ options: Options, _ voice: Voice) throws(Complaint) {
        let process = try Found(user: options.user, group: options.group)
        let socket = try Found(user: options.socketUser, group: options.socketGroup)
        let owner = (user: socket.user ?? process.user, group: socket.group ?? process.group)
        socketOwner = owner.user == nil && owner.group == nil ? nil : owner
        if let user = process.user, process.group == nil {
            voice.warn(
                "WARNING: couldn't find the user for uid \(user) and no group was specified, "
                    + "so only the user privileges will be dropped")
        }
        identity = process.identity
    }
}

/// A user and a group by number; neither is ever root's.
private struct Found {
    var user: UInt32?
    var group: UInt32?
    /// The account's name, which says what further groups there are.
    private var account: String?

    init(user: String?, group: String?) throws(Complaint) {
        var primaryGroup: UInt32?
        if let user {
            let number = Self.number(user)
            let entry = number.map(Accounts.user(numbered:)) ?? Accounts.user(named: user)
            guard let found = number ?? entry?.uid else {
                throw Complaint("can't find user name \(user)")
            }
            guard found != 0 else { throw Complaint("I will not set uid to 0") }
            self.user = found
            account = entry?.name
            primaryGroup = entry?.gid
        }
        if let group {
            guard let found = Self.number(group) ?? Accounts.group(named: group) else {
                throw Complaint("can't find group name \(group)")
            }
            self.group = found
        } else {
            self.group = primaryGroup
        }
        guard self.group != 0 else { throw Complaint("I will not set gid to 0") }
    }

    /// 0 is looked up as a name, and is none; 4294967295 means "do not change" to the system.
    private static func number(_ text: String) -> UInt32? {
        let number = LeadingNumber(text)
        guard number.isWhole, let value = number.value.flatMap(UInt32.init(exactly:)) else { return nil }
        return value == 0 || value == .max ? nil : value
    }

    var identity: UserIdentity? {
        guard user != nil || group != nil else { return nil }
        let number = user ?? SystemProcess.effectiveUser
        let groups =
            group.map { group in
                account.map { Accounts.supplementaryGroups(user: $0, group: group) } ?? []
            } ?? SystemProcess.groups
        return UserIdentity(
            name: account ?? "\(number)", user: number, group: group ?? SystemProcess.effectiveGroup,
            groups: groups)
    }
}
