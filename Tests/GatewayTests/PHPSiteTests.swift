import GatewayInterface
import Octets
import Syscalls
import Testing
@testable import Routing
@testable import Settings

/// What a path means in a site.
enum Meaning: Equatable {
    case script(String, info: String = "")
    case file(String)
    case listing
    case redirect(String)
    case refused(Int)

    /// Asks a site for the meaning of `path`, which is decoded already.
    static func of(
        _ path: String, in root: String, _ rules: FileRules = FileRules()
    ) throws -> Meaning {
        let site = try PHPSite(root)
        var environ = ByteBuffer()
        let destination = Array(path.utf8).withUnsafeBufferPointer {
            site.resolve(
                $0, mount: UnsafeBufferPointer(start: nil, count: 0), rules: rules, into: &environ)
        }
        func value(_ name: StaticString) -> String? {
            NameValuePairs.value(of: name, in: environ.bytes).map { String(decoding: $0, as: UTF8.self) }
        }
        switch destination {
        case .application:
            let script = try #require(value("SCRIPT_NAME"))
            let info = try #require(value("PATH_INFO"))
            #expect(value("SCRIPT_FILENAME") == root + script)
            #expect(value("DOCUMENT_URI") == script)
            #expect(value("DOCUMENT_ROOT") == root)
            #expect(value("PATH_TRANSLATED") == (info.isEmpty ? nil : root + info))
            return .script(script, info: info)
        case .file(let found): return .file(try found.text)
        case .listing: return .listing
        case .redirect(let location): return .redirect(String(decoding: location, as: UTF8.self))
        case .refused(let status): return .refused(status)
        case .moved, .response, .lost: throw Unexpected()
        }
    }
}

extension FoundFile {
    /// What would be sent.
    var text: String {
        get throws {
            let count = file.remaining
            let text = try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 1) { memory in
                let count = try Files.read(file.number, into: memory, at: 0)
                return String(decoding: memory[..<count], as: UTF8.self)
            }
            #expect(text.utf8.count == count)
            return text
        }
    }
}

/// A site leads nowhere but into its folder.
private struct Unexpected: Error {}

@Suite("A folder of scripts and files")
struct PHPSiteTests {
    private static let site = """
        mkdir root; cd root
        mkdir -p docs sub/deep empty dir.php .git .git/hooks .well-known/acme "sp ace" page.html
        for name in hello a b sub/index dir.php/inner docs/x; do printf 'source' > $name.php; done
        for name in style.css noext docs/index.html docs/page.txt dir.php/inner.txt sub/deep/file hello.php.bak \\
            .env .git/config .git/hooks/x.php .php .user.ini .well-known/acme/token .well-known/.secret "sp ace/index.html"
        do printf '%s' "$name" > "$name"; done
        printf 'source' > upper.PHP; printf 'source' > mixed.Php; printf '' > nothing.txt
        printf secret > ../secret.txt; printf secret > ../secret.php; mkfifo pipe pipe.php
        ln -s style.css in.css; ln -s hello.php in.php; ln -s sub insub
        ln -s ../secret.txt out.txt; ln -s ../secret.php out.php; ln -s .. outdir
        ln -s /etc/passwd passwd; ln -s nowhere dangling
        """

    private func check(
        _ rows: [(String, Meaning)], front: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withFolder(Self.site + (front ? "\nprintf source > index.php" : "")) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            for (path, meaning) in rows {
                #expect(try Meaning.of(path, in: root) == meaning, "\(path)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test("A script is found, and what follows it is PATH_INFO")
    func scripts() throws {
        try check([
            ("/hello.php", .script("/hello.php")), ("/hello.php/", .script("/hello.php", info: "/")),
            ("/hello.php/a/b.txt", .script("/hello.php", info: "/a/b.txt")),
            ("/hello.php//x", .script("/hello.php", info: "//x")),
            ("/docs/x.php/y", .script("/docs/x.php", info: "/y")),
            ("/a.php/b.php", .script("/a.php", info: "/b.php")),
            ("/hello.php/\n.php", .script("/hello.php", info: "/\n.php")),
            ("/dir.php/inner.php/x", .script("/dir.php/inner.php", info: "/x")),
            ("/in.php", .script("/in.php")),
            ("/sub/index.php", .script("/sub/index.php")), ("/insub/index.php", .script("/insub/index.php")),
        ])
    }

    @Test("What only looks like a script is none")
    func noScripts() throws {
        try check([
            ("/missing.php", .refused(404)), ("/missing.php/x", .refused(404)),
            ("/hello.php\n", .refused(404)), ("/hello.phpx", .refused(404)),
            ("/hello.php.bak", .refused(403)), ("/hello.ph\u{FF50}", .refused(404)),
            ("/style.css/x.php", .refused(404)),
            ("/hellophp", .refused(404)), ("hello.php", .refused(404)), ("*", .refused(404)),
            ("//hello.php", .script("/hello.php")),
            ("//docs///x.php//y", .script("/docs/x.php", info: "//y")),
        ])
    }

    @Test("The source of a script is never sent, whatever its name's case")
    func sources() throws {
        try withFolder(Self.site) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            for path in [
                "/hello.php", "/upper.PHP", "/mixed.Php", "/upper.PHP/x", "/hello.php/.", "/pipe.php",
                "/docs/x.php", "/in.php",
            ] {
                #expect(try Meaning.of(path, in: root) != .file("source"), "\(path)")
            }
            #expect(try Meaning.of("/upper.PHP", in: root) == .refused(403))
        }
    }

    @Test("Any other file is served as it is")
    func files() throws {
        try check([
            ("/style.css", .file("style.css")), ("/noext", .file("noext")),
            ("/docs/page.txt", .file("docs/page.txt")),
            ("/nothing.txt", .file("")), ("/in.css", .file("style.css")),
            ("/insub/deep/file", .file("sub/deep/file")),
            ("/dir.php/inner.txt", .file("dir.php/inner.txt")), ("/docs//page.txt", .file("docs/page.txt")),
            ("/missing.css", .refused(404)), ("/style.css/", .refused(404)), ("/style.css/x", .refused(404)),
            ("//style.css", .file("style.css")),
            ("/pipe", .refused(404)), ("/dangling", .refused(404)),
        ])
    }

    @Test("A folder is its index, and is asked for with a slash at the end")
    func folders() throws {
        try check([
            ("/sub/", .script("/sub/index.php")), ("/docs/", .file("docs/index.html")),
            ("/sub", .redirect("/sub/")), ("/docs", .redirect("/docs/")),
            ("/insub", .redirect("/insub/")), ("/sp ace", .redirect("/sp%20ace/")),
            ("/sp ace/", .file("sp ace/index.html")),
            ("/empty/", .refused(404)), ("/empty", .refused(404)), ("/", .refused(404)),
            ("//", .refused(404)), ("/sub/deep/", .refused(404)),
            ("/page.html/", .refused(404)),
        ])
    }

    @Test("Hidden files are hidden, but for /.well-known/")
    func hidden() throws {
        try check([
            ("/.env", .refused(403)), ("/.git/config", .refused(403)), ("/.git/", .refused(403)),
            ("/.git", .refused(403)),
            ("/.user.ini", .refused(403)), ("/docs/.missing", .refused(404)),
            ("/.git/missing", .refused(403)),
            ("/.well-known/acme/token", .file(".well-known/acme/token")),
            ("//.well-known//acme/token", .file(".well-known/acme/token")), ("//.env", .refused(403)),
            ("/docs//.well-known/x", .refused(404)),
            ("/.well-known/.secret", .refused(403)), ("/docs/.well-known/x", .refused(404)),
            ("/.well-known-not/x", .refused(404)), ("/.git/hooks/x.php", .refused(403)),
            ("/.php", .refused(403)),
            ("/.well-known/missing", .refused(404)),
        ])
    }

    @Test("Links are followed out of the site, and SCRIPT_FILENAME stays in it")
    func links() throws {
        try check([
            ("/out.txt", .file("secret")), ("/out.php", .script("/out.php")),
            ("/out.php/x", .script("/out.php", info: "/x")), ("/outdir/secret.txt", .file("secret")),
            ("/outdir/secret.php", .script("/outdir/secret.php")),
            ("/outdir/", .refused(404)), ("/../secret.txt", .refused(404)),
        ])
    }

    @Test("A link that is not followed is 403, and not the front controller's")
    func refusedLinks() throws {
        try withFolder(Self.site + "\nprintf source > index.php") { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            var settings = FileSettings()
            settings.links = .off
            for path in [
                "/in.css", "/in.php", "/in.php/x", "/insub/deep/file", "/out.txt", "/out.php", "/dangling",
                "/insub/",
            ] {
                #expect(try Meaning.of(path, in: root, FileRules(settings)) == .refused(403), "\(path)")
            }
            #expect(try Meaning.of("/missing", in: root, FileRules(settings)) == .script("/index.php"))
        }
    }

    @Test("With a front controller, what is not there is its to answer")
    func frontController() throws {
        let front = Meaning.script("/index.php")
        try check(
            [
                ("/", front), ("/index.php", front), ("/index.php/x", .script("/index.php", info: "/x")),
                ("/pretty/url", front),
                ("/missing.css", front), ("/missing.php", front), ("/missing.php/x", front),
                ("/empty/", front), ("/empty", front),
                ("/style.css/", front), ("//x", front), ("//", front), ("/wiki/.NET_Framework", front),
                ("/...And_Justice", front), ("/.x.php", front), ("/.x/y.php/z", front),
                ("/.git/none", .refused(403)),
                ("/.git/none.php", .refused(403)),
                ("/style.css", .file("style.css")),
                ("/hello.php", .script("/hello.php")), ("/docs/", .file("docs/index.html")),
                ("/.env", .refused(403)),
                ("/.git/config", .refused(403)), ("/upper.PHP", .refused(403)), ("/pipe", .refused(404)),
            ], front: true)
    }

    @Test("A redirect stays on this site and cannot split the answer")
    func redirects() throws {
        try withFolder(
            "mkdir -p 'root/a\r\nb' 'root/100%' root/q; for d in root/*; do : > \"$d/index.html\"; done"
        ) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            #expect(try Meaning.of("/a\r\nb", in: root) == .redirect("/a%0D%0Ab/"))
            #expect(try Meaning.of("/100%", in: root) == .redirect("/100%25/"))
            #expect(try Meaning.of("//q", in: root) != .redirect("//q/"))
        }
    }

    @Test("What stands for a folder is what the settings say, and a list only where they say so")
    func indexFiles() throws {
        try withFolder(Self.site) { folder in
            let root = try #require(Files.absolutePath(folder + "/root"))
            var settings = FileSettings()
            settings.index = ["page.txt", "hello.php.bak", "x.php"]
            #expect(try Meaning.of("/docs/", in: root, FileRules(settings)) == .file("docs/page.txt"))
            #expect(try Meaning.of("/docs", in: root, FileRules(settings)) == .redirect("/docs/"))
            // Neither an index nor the source of a script.
            #expect(try Meaning.of("/sub/", in: root, FileRules(settings)) == .refused(404))
            #expect(try Meaning.of("/", in: root, FileRules(settings)) == .refused(403))
            settings.index = ["x.php"]
            #expect(try Meaning.of("/docs/", in: root, FileRules(settings)) == .script("/docs/x.php"))
            settings.isListing = true
            #expect(try Meaning.of("/empty/", in: root, FileRules(settings)) == .listing)
            #expect(try Meaning.of("/empty", in: root, FileRules(settings)) == .redirect("/empty/"))
            #expect(try Meaning.of("/.git/", in: root, FileRules(settings)) == .refused(403))
        }
    }
}
