import Syscalls

extension Configuration {
    /// The users that the workers and the applications are, where the master is root and they are not: what they could have
    /// put in a folder leads root nowhere.
    ///
    /// - Parameter identity: Who the workers are.
    package func distrusted(_ identity: UserIdentity?) -> Set<UInt32> {
        guard SystemProcess.isRoot else { return [] }
        let users = applications.plans.compactMap { $0.program?.identity?.user } + [identity?.user ?? 0]
        return Set(users.filter { $0 != 0 })
    }
}
