// Links in folders of files and scripts, with the real binary: which are followed, and what is said of the others.

import Syscalls
import Testing

@Suite("Links in folders", .serialized)
struct LinkTests {
    private static let routes = ["owner", "on", "off"].map { rule in
        "  - {path: /\(rule)/*, static: site, strip-prefix: true, follow-links: \(rule)}\n"
    }.joined()

    @Test(
        "Each route has a rule of its own; what is refused leaves a line, and not many",
        .timeLimit(.minutes(5)))
    func rules() throws {
        let folder = try TemporaryFolder()
        try run(
            "sh", "-c",
            """
            set -e; cd \(folder.path); mkdir site data; printf data > data/file; printf plain > site/plain
            ln -s ../data site/relative; ln -s \(folder.path)/data site/absolute; ln -s /etc/hostname site/theirs
            """)
        if SystemProcess.isRoot { try run("chown", "-h", "60001", folder / "site/theirs") }
        try GatewayProcess(file: "workers: 1\nroutes:\n" + Self.routes, folder: folder).use { gateway in
            for (path, status) in [
                ("relative/file", [200, 200, 403]), ("absolute/file", [200, 200, 403]),
                ("theirs", [403, 200, 403]),
                ("plain", [200, 200, 200]), ("relative/missing", [404, 404, 403]),
                ("missing", [404, 404, 404]),
            ] {
                for (rule, status) in zip(["owner", "on", "off"], status) {
                    #expect(try gateway.get("/\(rule)/\(path)").status == status, "\(rule) \(path)")
                }
            }
            let owner = SystemProcess.isRoot ? 60_001 : SystemProcess.effectiveUser
            try eventually("the refusal is logged") {
                gateway.hasLogged(
                    "site/theirs is refused: the link 'theirs' belongs to user \(owner), and what it leads to to user 0"
                )
            }
        }
    }
}
