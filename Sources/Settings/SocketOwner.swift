import Syscalls

/// Who is to own the file of a unix socket.
package enum SocketOwner {
    /// Reads `USER`, `USER:GROUP` or `:GROUP`, names or numbers.
    ///
    /// - Returns: The numbers; `nil` for what is to stay as it is.
    package static func resolve(_ text: String) throws(ConfigurationError) -> (user: UInt32?, group: UInt32?)
    {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, text != "", text != ":" else {
            throw .usage("'\(text)' is no owner of a socket: write USER, USER:GROUP or :GROUP")
        }
        var owner: (user: UInt32?, group: UInt32?) = (nil, nil)
        if !parts[0].isEmpty {
            guard let account = Accounts.user(String(parts[0])) else {
                throw .environment(
                    "there is no user '\(parts[0])' to own a socket: create the user, or name another")
            }
            owner.user = account.uid
        }
        if parts.count == 2, !parts[1].isEmpty {
            guard let group = Accounts.group(String(parts[1])) else {
                throw .environment(
                    "there is no group '\(parts[1])' to own a socket: create the group, or name another")
            }
            owner.group = group
        }
        return owner
    }
}
