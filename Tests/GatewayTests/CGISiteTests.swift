import GatewayInterface
import Octets
import Syscalls
import Testing
@testable import Plans
@testable import Routing
@testable import Settings

@Suite("What a path means in front of CGI scripts")
struct CGISiteTests {
    private func meaning(_ path: String, in site: any Site) throws -> ([String: String], Int?) {
        var environ = ByteBuffer()
        let destination = Array(path.utf8).withUnsafeBufferPointer {
            site.resolve(
                $0, mount: UnsafeBufferPointer(start: nil, count: 0), rules: FileRules(), into: &environ)
        }
        var pairs: [String: String] = [:]
        var decoder = NameValuePairs(environ.bytes)
        while let pair = decoder.next() {
            pairs[String(decoding: environ.bytes[pair.name], as: UTF8.self)] = String(
                decoding: environ.bytes[pair.value], as: UTF8.self)
        }
        switch destination {
        case .application: return (pairs, nil)
        case .refused(let status): return (pairs, status)
        case .file, .listing, .redirect, .moved, .response, .lost:
            Issue.record("\(path) is neither a script nor refused")
            return (pairs, nil)
        }
    }

    private static let scripts = """
        mkdir -p root/sub/deep root/.hidden
        for name in a sub/b .secret .hidden/c a.cgi; do : > root/$name; chmod 755 root/$name; done
        : > root/plain; mkfifo root/pipe; chmod 755 root/pipe; : > out; chmod 755 out
        ln -s ../out root/away; ln -s sub/b root/here; : > root/only-run; chmod 711 root/only-run
        """

    @Test("The first part of the path that is no folder is the script, the rest is PATH_INFO")
    func scripts() throws {
        try withFolder(Self.scripts) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            let site = try CGISite(root)
            for (path, script, info) in [
                ("/a", "/a", ""), ("/a/", "/a", "/"), ("/a/x/y", "/a", "/x/y"), ("/a//x", "/a", "//x"),
                ("/sub/b", "/sub/b", ""), ("/sub/b/i", "/sub/b", "/i"), ("/here/i", "/here", "/i"),
                ("/away", "/away", ""), ("//a", "/a", ""), ("//sub//b//i", "/sub/b", "//i"),
                ("/a/.git/x", "/a", "/.git/x"), ("/a.cgi", "/a.cgi", ""), ("/only-run", "/only-run", ""),
            ] {
                let (pairs, status) = try meaning(path, in: site)
                #expect(status == nil, "\(path)")
                #expect(pairs["SCRIPT_NAME"] == script && pairs["PATH_INFO"] == info, "\(path)")
                #expect(pairs["SCRIPT_FILENAME"] == root + script)
                #expect(pairs["PATH_TRANSLATED"] == (info.isEmpty ? nil : root + info))
            }
        }
    }

    @Test("Folders, what cannot be run and hidden names are refused, and tell nothing")
    func refused() throws {
        try withFolder(Self.scripts) { folder in
            let site = try CGISite(try #require(Files.absolutePath(folder + "/root")))
            for (path, status) in [
                ("/", 403), ("/sub", 403), ("/sub/", 403), ("/sub/deep/", 403), ("/plain", 403),
                ("/plain/x", 403), ("/pipe", 404), ("/.secret", 403), ("/.hidden/c", 403), ("/sub/.x", 404),
                ("/.no/c", 404), ("/..", 404), ("/../out", 404), ("/missing", 404), ("/sub/missing/x", 404),
                ("*", 404), ("a", 404),
            ] {
                let (pairs, answer) = try meaning(path, in: site)
                #expect(answer == status, "\(path)")
                #expect(pairs.isEmpty, "\(path)")
            }
        }
    }

    @Test("One script has every path as its PATH_INFO")
    func single() throws {
        let site = SingleScriptSite("/usr/lib/x", root: "/srv/git")
        for path in ["/", "/a.git/info/refs", "/.x"] {
            let (pairs, status) = try meaning(path, in: site)
            #expect(status == nil)
            #expect(
                pairs == [
                    "SCRIPT_NAME": "", "PATH_INFO": path, "SCRIPT_FILENAME": "/usr/lib/x",
                    "DOCUMENT_ROOT": "/srv/git", "PATH_TRANSLATED": "/srv/git" + path,
                ])
        }
        #expect(try meaning("*", in: site).1 == 404)
    }

    @Test("The plan of a CGI application: one process, in which each slot is a script")
    func plan() throws {
        try withFolder(Self.scripts) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            var settings = Settings()
            settings.processes = 6
            settings.environment = ["A=secret", "B=2", "A=3"]
            let plan = try ApplicationPlan(.cgi(root), name: "cgi:root", settings: settings)
            #expect(plan.processes == 1 && plan.slotsPerProcess == 6 && plan.endsByClosing)
            #expect(plan.site == .scripts(root))
            #expect(
                plan.program?.arguments == [
                    "gateway", "fcgiwrap", "-f", "-c", "6", "--root", root, "--follow-links", "owner",
                    "--env", "A", "--env", "B",
                ])
            #expect(plan.program?.environment?.contains("A=3") == true)
            settings.directory = root
            let single = try ApplicationPlan(.cgi("a"), name: "cgi:a", settings: settings)
            #expect(single.site == .script(root + "/a", root: root))
            for missing in ["missing", "plain", "pipe"] {
                let error = #expect(throws: ConfigurationError.self) {
                    try ApplicationPlan(.cgi(missing), name: "cgi:", settings: settings)
                }
                #expect(error?.message.contains(missing) == true)
            }
        }
    }
}
