import ArgumentParser
import Settings

extension Section {
    static let listening = Section(
        title: "Listening",
        declarations: [
            Declaration(
                "bind", "b", "ADDRESS", .address, \.binds,
                standard: "`127.0.0.1:8000`; `:$PORT` when `PORT` is set",
                """
                Address to listen on, repeatable: `HOST:PORT`, `[::1]:PORT`, `:PORT` or `*:PORT` (every address, IPv4 \
                and IPv6), `unix:PATH`, `unix:@NAME` (abstract) or `fd://N` (a socket that was inherited). A name stands \
                for all its addresses that this machine has. `[::]:PORT` is IPv4 too, unless another address has that \
                port. Port 0 takes a free one. The log names each address.
                """),
            Declaration(
                "backlog", nil, "N", .number(1...65_535), \.backlog,
                """
                Connections that wait to be accepted, 1 to 65535. The kernel's `net.core.somaxconn` limits it \
                too.
                """),
            Declaration(
                "reuse-port", of: \.reusesPort, change: .opening,
                """
                Lets several gateways listen on one port (SO_REUSEPORT). The kernel spreads connections over \
                them.
                """),
            Declaration(
                "socket-mode", nil, "MODE", .mode, \.socketMode, standard: "what the umask leaves",
                change: .opening,
                """
                Permissions of unix sockets, in octal. Who may write to a socket may send requests: `0660` lets \
                its group connect, `0666` everybody.
                """),
            Declaration(
                "socket-owner", nil, "OWNER", .owner, \.socketOwner, standard: "who starts the gateway",
                change: .opening,
                """
                Owner of unix sockets: `USER`, `USER:GROUP` or `:GROUP`. Only root may give a socket away.
                """),
        ])
}

/// The options of ``Section/listening``.
struct ListeningOptions: DeclaredOptions {
    @Option(declared: "bind") var bind: [String] = []
    @Option(declared: "backlog") var backlog: String?
    @Flag(declared: "reuse-port") var reusePort: Bool?
    @Option(declared: "socket-mode") var socketMode: String?
    @Option(declared: "socket-owner") var socketOwner: String?
}
