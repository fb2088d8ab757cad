import Syscalls

/// As whom workers and application processes run. The master stays who it is: it binds, and it starts others.
enum RunAs {
    /// Looks up what `--user` and `--group` name.
    ///
    /// - Parameters:
    ///   - user: A name or a number; `nil` for the present user.
    ///   - group: A name or a number; `nil` for the user's own group.
    /// - Returns: `nil` when both are `nil`: everything runs as the master does.
    static func resolve(user: String?, group: String?) throws(ConfigurationError) -> UserIdentity? {
        guard user != nil || group != nil else { return nil }
        let option = user == nil ? "--group" : "--user"
        let wanted = user ?? String(SystemProcess.effectiveUser)
        guard let account = Accounts.user(wanted) else {
            throw .environment(
                "there is no user '\(wanted)' (--user): create the user, or name another one or a number")
        }
        var primary = account.gid
        if let group { primary = try number(ofGroup: group) }
        guard let primary else {
            throw .environment("user \(wanted) (--user) has no account, and so no group: add --group")
        }
        let identity = UserIdentity(
            name: account.name, user: account.uid, group: primary,
            groups: Accounts.supplementaryGroups(user: account.name, group: primary))
        let isPresent =
            identity.user == SystemProcess.effectiveUser && identity.group == SystemProcess.effectiveGroup
        guard isPresent || SystemProcess.isRoot else {
            throw .environment(
                "cannot run as '\(user ?? group ?? "")' (\(option)): only root may change its user and group; start the gateway as root, or leave \(option) away"
            )
        }
        return identity
    }

    private static func number(ofGroup name: String) throws(ConfigurationError) -> UInt32 {
        guard let number = Accounts.group(name) else {
            throw .environment(
                "there is no group '\(name)' (--group): create the group, or name another one or a number")
        }
        return number
    }
}
