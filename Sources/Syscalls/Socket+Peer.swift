import CSyscalls
import Glibc

/// Who is at the other end of a unix socket (unix(7), SO_PEERCRED): whoever called connect(2), as it was then.
public struct PeerCredentials: Equatable, Sendable {
    /// Its process; 0 where that lives in a pid namespace that this one cannot see.
    public let process: Int32
    /// Its effective user.
    public let user: UInt32
    /// Its effective group.
    public let group: UInt32
}

extension Socket {
    /// The credentials of a unix socket's peer.
    public static func peerCredentials(_ number: CInt) throws(SyscallError) -> PeerCredentials {
        var (process, user, group) = (Int32(0), UInt32(0), UInt32(0))
        try require("getsockopt") { CSyscalls_peer_credentials(number, &process, &user, &group) }
        return PeerCredentials(process: process, user: user, group: group)
    }
}
