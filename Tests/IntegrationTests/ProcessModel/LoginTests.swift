// Programs look for files of their user in HOME, and fail in the folder of another one that they may not enter.

import Syscalls
import Testing

@Suite("HOME, USER, LOGNAME and SHELL are those of --user", .serialized)
struct LoginTests {
    private static let names = ["HOME", "USER", "LOGNAME", "SHELL"]

    private static let application = """
        import os
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            names = ['HOME', 'USER', 'LOGNAME', 'SHELL']
            return [' '.join(os.environ.get(name, '-') for name in names).encode()]

        """

    private static let script = """
        #!/bin/sh
        printf 'Content-Type: text/plain\\n\\n%s %s %s %s' "${HOME--}" "${USER--}" "${LOGNAME--}" "${SHELL--}"

        """

    @Test(
        "Applications and scripts find those of the account, or none, or what env says",
        .timeLimit(.minutes(5)), arguments: ["wsgi", "cgi"],
        [
            ["--user", "www-data"], ["--user", "54321", "--group", "54321"],
            ["--user", "www-data", "--env", "HOME=/srv"],
        ])
    func variables(kind: String, options: [String]) throws {
        try #require(SystemProcess.isRoot, "this test is about what root gives up: run it as root")
        let folder = try TemporaryFolder()
        try run("chmod", "755", folder.path)
        try run("mkdir", "-m", "755", folder / "scripts")
        try TextFile.write(Self.application, to: folder / "ours.py")
        try TextFile.write(Self.script, to: folder / "scripts/show")
        try run("chmod", "755", folder / "scripts/show")
        let application = kind == "wsgi" ? "wsgi:ours" : "cgi:\(folder / "scripts")"
        let gateway = try GatewayProcess(
            application, options + ["--python", "/usr/bin/python3", "--processes", "1"],
            environment: [
                "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/rootsh", "PYTHONDONTWRITEBYTECODE=1",
            ],
            folder: folder)
        let account = try run("getent", "passwd", "www-data").lines[0].split(
            separator: ":", omittingEmptySubsequences: false)
        var expected = "\(account[5]) www-data www-data \(account[6])"
        if options.contains("54321") { expected = "- - - -" }
        if options.contains("HOME=/srv") { expected = "/srv www-data www-data \(account[6])" }
        // A shell makes up what it does not find.
        try gateway.use { gateway in
            let seen = try gateway.get(kind == "wsgi" ? "/" : "/show").text
            #expect(seen == expected, "\(seen)")
        }
    }
}
