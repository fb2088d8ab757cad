extension Comparison {
    /// The command line itself.
    static let usage: [Comparison] = [
        // What it says about itself is ours.
        .init(differs: [.output]),
        .init("-h", differs: [.output]),
        .init("-?", differs: [.output]),
        .init("-v", differs: [.output]),
        .init("-nv", differs: [.output]),
        // A mistake is no success.
        .init("-x", differs: [.output, .code]),
        .init("-p", differs: [.output, .code]),
        .init("-n", "-s", differs: [.output, .code]),
        .init("--unknown", differs: [.output, .code, .errors]),

        .init("-p", "PORT"),
        .init("-s", "@/socket"),
        .init("--", "@/probe", "@/report"),
        .init("-n", "@/probe", "@/report"),
        .init("-p", "PORT", "-s", "@/socket", "--", "@/probe", "@/report"),
        .init("-p", "80a", "--", "@/probe", "@/report"),
        .init("-p", "0x50", "--", "@/probe", "@/report"),
        .init("-p", "a", "--", "@/probe", "@/report"),
        .init("-p", " ", "--", "@/probe", "@/report"),
        .init("-p", "", "--", "@/probe", "@/report"),
        .init("-p", "0", "--", "@/probe", "@/report"),
        .init("-p", "0", "-s", "@/socket", "--", "@/probe", "@/report"),
        .init("-p", " +PORT", "--", "@/probe", "@/report"),
        .init("-p", "0PORT", "--", "@/probe", "@/report"),
        // Numbers that do not fit.
        .init("-p", "70000", "--", "@/probe", "@/report", differs: [.code, .output, .errors, .reports]),
        .init("-p", "-1", "--", "@/probe", "@/report", differs: [.code, .output, .errors, .reports]),
        .init(
            "-p", "PORT", "-C", "4294967297", "--", "@/probe", "@/report",
            differs: [.code, .output, .errors, .reports]),

        .init("-nSpPORT", "@/probe", "@/report"),
        .init("-nSp", "PORT", "@/probe", "@/report"),
        .init("-s@/socket", "--", "@/probe", "@/report"),
        .init("-a127.0.0.1", "-pPORT", "-F2", "@/probe", "@/report"),
        // Options behind the program, and what ends them.
        .init("@/probe", "-s", "@/socket", "@/report", "-n", "-"),
        .init("-s", "@/socket", "@/probe", "--", "@/report", "-n", "--", "-x"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", "-n", "-s", "x"),
        .init("-s", "@/socket", "@/probe", "-x", "@/report", differs: [.output, .code]),
        .init(
            "-s", "@/socket", "@/probe", "@/report", "-n", "-x", caller: ["env", "POSIXLY_CORRECT=1"]),
        .init("-s", "--", "--", "@/probe", "@/report", before: "true"),
        // The last one counts.
        .init("-s", "@/first", "-s", "@/second", "-F", "2", "-F", "1", "--", "@/probe", "@/report"),
    ]

    /// The socket.
    static let sockets: [Comparison] = [
        .init("-s", "@/socket", "--", "@/probe", "@/report"),
        .init("-s", "socket", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: shell("umask 000")),
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: shell("umask 077")),
        .init("-s", "@/socket", "-M", "0600", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-M", "777", "--", "@/probe", "@/report", caller: shell("umask 077")),
        .init("-s", "@/socket", "-M", "0", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-M", "9", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-M", "68", "--", "@/probe", "@/report"),
        // A socket has no set-user-ID bit.
        .init("-s", "@/socket", "-M", "6777", "--", "@/probe", "@/report", differs: [.files]),
        .init("-s", "", "--", "@/probe", "@/report", differs: [.errors]),
        .init("-s", "@/" + String(repeating: "x", count: 107), "--", "@/probe", "@/report"),
        .init("-s", "@/missing/socket", "--", "@/probe", "@/report"),
        // What has the name already.
        .init(
            "-s", "@/socket", "--", "@/probe", "@/report",
            before: "/usr/bin/spawn-fcgi -n -s @/socket -M 0644 -- /bin/true 2>&1; test -S @/socket"),
        .init(
            "-s", "@/link", "--", "@/probe", "@/report",
            before: "/usr/bin/spawn-fcgi -n -s @/socket -- /bin/true; ln -s socket link"),
        .init("-s", "@/link", "--", "@/probe", "@/report", before: "ln -s missing link"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", occupied: "@/socket"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", before: "mkdir socket"),
        // What is no socket is not removed.
        .init(
            "-s", "@/socket", "--", "@/probe", "@/report", before: "echo precious > socket",
            differs: [.code, .output, .errors, .reports, .files]),

        .init("-p", "PORT", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-M", "0600", "-U", "nobody", "--", "@/probe", "@/report"),
        .init("-a", "127.0.0.1", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "::1", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "::", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "::ffff:127.0.0.1", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "[::1]", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "127.1", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "localhost", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "192.0.2.1", "-p", "PORT", "--", "@/probe", "@/report"),
        .init("-a", "127.0.0.1", "-s", "@/socket", "--", "@/probe", "@/report"),
        .init("-a", "127.0.0.1", "-p", "PORT", "--", "@/probe", "@/report", occupied: "PORT"),
        .init("-p", "PORT", "-b", "7", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-b", "abc", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-b", "-1", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-b", "12x", "--", "@/probe", "@/report"),
    ]
}
