extension Comparison {
    /// The processes and their pid file.
    static let processes: [Comparison] = [
        .init("-s", "@/socket", "-d", "/usr", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-d", "in", "--", "../probe", "@/report", before: "mkdir in"),
        .init("-s", "socket", "-d", "in", "-n", "--", "../probe", "@/report", before: "mkdir in"),
        .init("-s", "@/socket", "--", "./probe", "@/report"),
        .init("-s", "@/socket", "-F", "3", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-F", "2x", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-f", "@/probe @/report"),
        .init("-s", "@/socket", "-f", "@/probe @/report 'a b' $((1 + 1))", "-n"),
        .init("-s", "@/socket", "-f", "/missing", "--", "@/probe", "@/report"),
        .init("-n", "-s", "@/socket", "--", "@/probe", "@/report"),
        .init("-n", "-s", "@/socket", "-F", "3", "-P", "@/pid", "--", "@/probe", "@/report"),
        .init("-n", "-s", "@/socket", "--", "@/probe", "@/report", "exit", "7"),

        .init("-s", "@/socket", "-C", "3", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-C", "0", "-n", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-C", "x", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: ["env", "PHP_FCGI_CHILDREN=9"]),
        .init(
            "-s", "@/socket", "-C", "3", "--", "@/probe", "@/report", caller: ["env", "PHP_FCGI_CHILDREN=9"]),
        .init(
            "-s", "@/socket", "-C", "-1", "--", "@/probe", "@/report", caller: ["env", "PHP_FCGI_CHILDREN=9"]
        ),
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: ["env", "-i", "A=b c", "E="]),
        // Variables are octets, and an entry need not be a variable.
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: shell("export \"L=$(printf '\\344')\"")),
        .init(
            "-n", "-s", "@/socket", "--", "@/probe", "@/report",
            caller: shell("export \"L=$(printf '\\344')\"")),
        .init("-s", "@/socket", "--", "@/probe", "@/report", caller: shell("umask 013; ulimit -n 77")),

        // What the caller has open, ignores and blocks.
        .init(
            "-s", "@/socket", "--", "@/probe", "@/report", caller: shell("exec 9</dev/null"),
            differs: [.reports]),
        .init(
            "-n", "-s", "@/socket", "--", "@/probe", "@/report", caller: shell("exec 9</dev/null"),
            differs: [.reports]),
        .init(
            "-s", "@/socket", "--", "@/probe", "@/report", caller: shell("trap '' PIPE USR1 CHLD"),
            differs: [.reports]),
        .init("-n", "-s", "@/socket", "--", "@/probe", "@/report", caller: shell("trap '' PIPE USR1 CHLD")),

        // Ends within the first tenth of a second.
        .init("-s", "@/socket", "--", "@/probe", "@/report", "exit", "0"),
        .init("-s", "@/socket", "--", "@/probe", "@/report", "exit", "7", differs: [.files]),
        .init("-s", "@/socket", "--", "@/probe", "@/report", "kill", "9", differs: [.files]),
        .init("-p", "PORT", "--", "@/probe", "@/report", "exit", "7"),
        .init("-p", "PORT", "-P", "@/pid", "--", "@/probe", "@/report", "exit", "0"),
        .init(
            "-s", "@/socket", "-P", "@/pid", "--", "@/probe", "@/report", "exit", "7", differs: [.files]),
        .init("-p", "PORT", "-f", "/missing"),
        .init("-p", "PORT", "--", "/missing", differs: [.errors]),
        .init("-s", "@/socket", "--", "/missing", differs: [.errors, .files]),
        .init("-p", "PORT", "--", "true", differs: [.errors]),
        .init("-p", "PORT", "--", "", differs: [.errors]),
        .init("-p", "PORT", "--", "@", differs: [.errors]),
        .init("-p", "PORT", "--", "@/text", before: "echo text > text", differs: [.errors]),
        .init(
            "-p", "PORT", "--", "@/text", before: "echo text > text; chmod 755 text", differs: [.errors]),
        .init("-n", "-p", "PORT", "--", "/missing"),
        .init("-n", "-s", "@/socket", "--", "/missing", differs: [.files]),
        .init("-n", "-p", "PORT", "--", "@/text", before: "echo text > text"),
        .init("-n", "-p", "PORT", "--", "@/text", before: "echo text > text; chmod 755 text"),
        .init("-n", "-p", "PORT", "-f", "/missing"),
        .init("-s", "@/socket", "-d", "/missing", "--", "@/probe", "@/report", differs: [.files]),
        .init("-s", "@/socket", "-d", "/missing", "-n", "--", "@/probe", "@/report", differs: [.files]),
        // What would start nothing is a mistake.
        .init("-p", "PORT", "-F", "0", "--", "@/probe", "@/report", differs: [.code, .errors]),
        .init("-p", "PORT", "-F", "x", "--", "@/probe", "@/report", differs: [.code, .errors]),
        .init("-n", "-p", "PORT", "-F", "-1", "--", "@/probe", "@/report", differs: [.code, .errors]),

        .init("-s", "@/socket", "-P", "@/pid", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-P", "pid", "-F", "3", "-d", "/", "--", "@/probe", "@/report"),
        .init(
            "-s", "@/socket", "-P", "@/pid", "--", "@/probe", "@/report",
            before: "echo 1234567890123456789 > pid; chmod 666 pid; chown nobody pid"),
        .init("-s", "@/socket", "-P", "@/pid", "--", "@/probe", "@/report", caller: shell("umask 077")),
        .init("-s", "@/socket", "-P", "@/pid", "--", "@/probe", "@/report", before: "mkdir pid"),
        .init("-s", "@/socket", "-P", "@/missing/pid", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-P", "/dev/null", "--", "@/probe", "@/report"),
        .init(
            "-s", "@/socket", "-P", "@/link", "--", "@/probe", "@/report",
            before: "echo 1 > pid; ln -s pid link",
            differs: [.code, .output, .errors, .files, .reports]),
        .init(
            "-s", "@/socket", "-P", "@/other", "--", "@/probe", "@/report",
            before: "echo 1 > pid; ln pid other",
            differs: [.code, .output, .errors, .files, .reports]),
        .init("-s", "@/missing/socket", "-P", "@/pid", "--", "@/probe", "@/report", differs: [.files]),
        .init("-s", "@/missing/socket", "-P", "@/pid", "--", "@/probe", "@/report", before: "echo 1 > pid"),
    ]

    private static let bareRoot = "mkdir -m 777 root; cp probe root; touch root/is-the-root"
    private static let root = bareRoot + "; mkdir root/dev; mknod -m 666 root/dev/null c 1 3"

    /// Who runs them, and where.
    static let identities: [Comparison] = [
        .init("-s", "@/socket", "-u", "nobody", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-n", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-u", "65534", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", " 065534", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-g", "www-data", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-g", "www-data", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-g", "33", "-n", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "424242", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "424242", "-n", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "424242", "-g", "424243", "--", "@/probe", "@/report"),
        .init(
            "-s", "@/socket", "-u", "424242", "--", "@/probe", "@/report",
            caller: ["setpriv", "--groups=7,33,5"]),
        .init("-s", "@/socket", "-u", "root", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "0", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody2", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "12a", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-g", "root", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-g", "0", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-g", "nogroup2", "--", "@/probe", "@/report"),
        // Neither wraps to another user.
        .init(
            "-s", "@/socket", "-u", "4295391538", "--", "@/probe", "@/report",
            differs: [.code, .output, .errors, .files, .reports]),
        .init(
            "-s", "@/socket", "-g", "-5", "--", "@/probe", "@/report",
            differs: [.code, .output, .errors, .files, .reports]),

        .init("-s", "@/socket", "-U", "www-data", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-U", "33", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-U", "424242", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-G", "www-data", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-U", "424242", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-U", "www-data", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-u", "nobody", "-G", "www-data", "-M", "0640", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-U", "root", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-U", "nobody2", "--", "@/probe", "@/report"),
        .init("-s", "@/socket", "-G", "root", "--", "@/probe", "@/report"),

        .init("-s", "/socket", "-c", "@/root", "--", "/probe", "/report", before: root),
        // Without /dev/null the caller's output and the pid file stay open in spawn-fcgi's processes.
        .init(
            "-s", "/socket", "-c", "@/root", "-P", "@/pid", "--", "/probe", "/report", before: bareRoot,
            differs: [.errors, .reports]),
        .init("-s", "socket", "-c", "@/root", "-P", "@/pid", "--", "./probe", "/report", before: root),
        .init("-s", "/socket", "-c", "root", "-u", "nobody", "-n", "--", "/probe", "/report", before: root),
        .init(
            "-s", "/link/socket", "-c", "@/root", "--", "/probe", "/report",
            before: root + "; mkdir root/in; ln -s /in root/link"),
        .init(
            "-s", "/socket", "-c", "@/root", "--", "/probe", "/report",
            before: root + "; cd root; /usr/bin/spawn-fcgi -n -s socket -- /bin/true; test -S socket"),
        .init("-s", "@/socket", "-c", "@/root", "-S", "--", "/probe", "/report", before: root),
        .init("-s", "socket", "-S", "-c", "@/root", "-n", "--", "/probe", "/report", before: root),
        .init("-s", "@/socket", "-S", "--", "@/probe", "@/report"),
        .init("-p", "PORT", "-c", "@/root", "-u", "nobody", "--", "/probe", "/report", before: root),
        .init(
            "-s", "/socket", "-c", "@/root", "-d", "in", "-u", "nobody", "-U", "www-data", "--", "/probe",
            "/report", before: root + "; mkdir root/in"),
        .init("-p", "PORT", "-c", "@/root", "-f", "/probe /report", before: root, differs: [.errors]),
        .init("-s", "/missing/socket", "-c", "@/root", "--", "/probe", "/report", before: root),
        .init("-s", "/socket", "-c", "@/missing", "--", "/probe", "/report"),
        .init("-p", "PORT", "-c", "@/missing", "--", "/probe", "/report"),
        .init("-s", "@/socket", "-S", "-c", "@/missing", "--", "/probe", "/report", differs: [.files]),
        // The folder is entered with the rights of the user. Ours says who may not enter what.
        .init(
            "-s", "@/socket", "-u", "nobody", "-d", "@/closed", "--", "@/probe", "@/report",
            before: "mkdir -m 700 closed", differs: [.files, .errors]),
        .init(
            "-n", "-s", "@/socket", "-u", "nobody", "-d", "@/closed", "--", "@/probe", "@/report",
            before: "mkdir -m 700 closed", differs: [.files, .errors]),
        .init(
            "-n", "-s", "@/closed/socket", "-u", "nobody", "--", "/missing", before: "mkdir -m 700 closed",
            differs: [.files]),

        // Without root's rights.
        .init("-s", "@/socket", "-P", "@/pid", "-F", "2", "--", "@/probe", "@/report", caller: nobody),
        .init(
            "-c", "/missing", "-S", "-u", "nobody2", "-g", "nogroup2", "-U", "x", "-G", "x", "-s", "@/socket",
            "-M", "0606", "--", "@/probe", "@/report", caller: nobody),
        .init("-n", "-p", "PORT", "-u", "root", "--", "@/probe", "@/report", caller: nobody),
        .init("-s", "/proc/socket", "--", "@/probe", "@/report", caller: nobody),
        .init("-p", "80", "-P", "/etc/pid", "--", "@/probe", "@/report", caller: nobody),
    ]
}
