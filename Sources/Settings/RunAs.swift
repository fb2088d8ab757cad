import Syscalls

/// As whom workers and application processes run. The master stays who it is: it binds, and it starts others.
package enum RunAs {
    /// Looks up what `--user` and `--group` name.
    ///
    /// - Parameters:
    ///   - user: A name or a number; `nil` for the present user.
    ///   - group: A name or a number; `nil` for the user's own group.
    ///   - places: Where both stand.
    /// - Returns: `nil` when both are `nil`: everything runs as the master does.
    package static func resolve(
        user: String?, group: String?, _ places: SettingPlaces = SettingPlaces()
    ) throws(ConfigurationError) -> UserIdentity? {
        guard user != nil || group != nil else { return nil }
        let setting = user == nil ? "group" : "user"
        let wanted = user ?? String(SystemProcess.effectiveUser)
        guard let account = Accounts.user(wanted) else {
            throw .environment(
                places.message(
                    "user", "there is no user '\(wanted)'", "create the user, or name another one or a number"
                ))
        }
        var primary = account.gid
        if let group { primary = try number(ofGroup: group, places) }
        guard let primary else {
            throw .environment(
                places.message("user", "user \(wanted) has no account, and so no group", "add 'group'"))
        }
        let identity = UserIdentity(
            name: account.name, user: account.uid, group: primary,
            groups: Accounts.supplementaryGroups(user: account.name, group: primary),
            login: user == nil ? nil : Accounts.login(account.name, number: account.uid))
        let isPresent =
            identity.user == SystemProcess.effectiveUser && identity.group == SystemProcess.effectiveGroup
        guard isPresent || SystemProcess.isRoot else {
            throw .environment(
                places.message(
                    setting, "cannot run as '\(user ?? group ?? "")'",
                    "only root may change its user and group; start the gateway as root, or leave '\(setting)' away"
                ))
        }
        return identity
    }

    private static func number(
        ofGroup name: String, _ places: SettingPlaces
    ) throws(ConfigurationError) -> UInt32 {
        guard let number = Accounts.group(name) else {
            throw .environment(
                places.message(
                    "group", "there is no group '\(name)'",
                    "create the group, or name another one or a number"))
        }
        return number
    }
}
