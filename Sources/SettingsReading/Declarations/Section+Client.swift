import ArgumentParser
import Settings

extension Section {
    static let client = Section(
        title: "Who the client is, behind a proxy",
        note:
            "[behind-a-proxy.md](behind-a-proxy.md) has the rule for each field, examples, and the attacks.",
        declarations: [
            Declaration(
                "forwarded-allow-ips", nil, "ADDRESSES", .peers, \.forwardedAllowIPs,
                standard: "`$FORWARDED_ALLOW_IPS`, or `127.0.0.1`, `::1` and `unix`",
                """
                Proxies whose word about their clients is believed, repeatable or with commas. Addresses in \
                figures, networks as `10.0.0.0/8`, `unix` for whoever may connect to a unix socket, or `*` for \
                every peer. X-Forwarded-For is walked from its right through the addresses and networks listed \
                here. Stops clients from choosing their own address, and from claiming that they came over TLS.
                """),
            Declaration(
                "forwarded-fields", nil, "FIELDS", .choices(or: "none"), \.forwardedFields, nothing: "none",
                """
                Fields that these proxies set, or remove where clients send them; with commas: \
                `x-forwarded-for`, `x-forwarded-proto`, `x-forwarded-host`, `x-forwarded-port`, \
                `x-forwarded-prefix`, `forwarded` (RFC 7239), `x-forwarded` for the five, or `none`. A proxy passes \
                on what it does not know: a field that it leaves alone is the client's own, and must not be here.
                """),
            Declaration(
                "unbelieved-fields", nil, "WHAT", .choice, \.unbelievedFields,
                """
                What applications see of Forwarded, X-Forwarded-* and X-Real-IP where they are not believed: `pass` \
                shows them as the HTTP_* variables that they are, `drop` hides them. `drop` stops clients from fooling \
                applications that believe such fields from everybody; `pass` leaves those alone that know their proxies \
                better than the gateway does.
                """),
            Declaration(
                "proxy-protocol", nil, "VERSION", .proxyProtocol, \.proxyProtocol, change: .reload,
                """
                The PROXY header that every connection begins with, on every listener: `off`, `v1`, `v2`, or `auto` for \
                either version. A connection without one is closed, so it is never guessed whether a client has \
                written its own.
                """),
            Declaration(
                "proxy-allow-ips", nil, "ADDRESSES", .peers, \.proxyAllowIPs,
                standard: "`127.0.0.1`, `::1` and `unix`",
                """
                Proxies that may connect where `--proxy-protocol` is on, repeatable or with commas, as for \
                `--forwarded-allow-ips`. Anybody else is disconnected. Stops clients that reach the port from \
                choosing their own address.
                """),
        ])
}

/// The options of ``Section/client``.
struct ClientOptions: DeclaredOptions {
    @Option(declared: "forwarded-allow-ips") var forwardedAllowIps: [String] = []
    @Option(declared: "forwarded-fields") var forwardedFields: [String] = []
    @Option(declared: "unbelieved-fields") var unbelievedFields: String?
    @Option(declared: "proxy-protocol") var proxyProtocol: String?
    @Option(declared: "proxy-allow-ips") var proxyAllowIps: [String] = []
}
