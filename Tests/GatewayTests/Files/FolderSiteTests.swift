import GatewayInterface
import HTTP
import Octets
import Syscalls
import Testing
@testable import Routing
@testable import Settings

@Suite("A folder of files")
struct FolderSiteTests {
    private static let folder = """
        mkdir -p root/list root/empty root/.git root/docs; cd root
        for name in one.txt docs/index.html docs/home.html .git/config .env list/b list/a list/.hidden; do
            printf '%s' "$name" > "$name"; done
        printf secret > ../secret.txt
        ln -s ../secret.txt out; ln -s one.txt in; ln -s .git/config named; ln -s nowhere dangling; ln -s loop loop
        mkfifo pipe list/pipe; ln -s ../one.txt list/in; ln -s ../../secret.txt list/out; mkdir list/sub
        for name in new.css old.css; do printf '%s' "$name" > $name; done
        printf new.gz > new.css.gz; printf new.br > new.css.br; printf old.gz > old.css.gz; printf old.br > old.css.br
        touch -d 2020-02-02T02:02:02Z new.css new.css.gz; touch -d 2020-02-02T02:02:03Z new.css.br old.css
        touch -d 2020-02-02T02:02:02Z old.css.gz old.css.br
        """

    /// What a path comes to: `file TEXT`, `list`, `redirect PATH`, `refused STATUS`.
    private func outcome(
        _ path: String, in folder: String, mount: String = "", accepting: String? = nil,
        _ change: (inout FileSettings) -> Void = { _ in }
    ) throws -> String {
        var settings = FileSettings()
        change(&settings)
        let site = try FolderSite(folder + "/root")
        var environ = ByteBuffer()
        if let accepting { environ.appendPair("HTTP_ACCEPT_ENCODING", text: accepting) }
        let destination = Array(path.utf8).withUnsafeBufferPointer { path in
            Array(mount.utf8).withUnsafeBufferPointer { mount in
                site.resolve(path, mount: mount, rules: FileRules(settings), into: &environ)
            }
        }
        switch destination {
        case .file(let found): return "file \(try found.text)"
        case .listing: return "list"
        case .redirect(let location): return "redirect \(String(decoding: location, as: UTF8.self))"
        case .refused(let status): return "refused \(status)"
        case .application, .moved, .response, .lost: return "something else"
        }
    }

    @Test("Files are there, through links of their owner too; what is hidden, or is no file is not")
    func files() throws {
        try withFolder(Self.folder) { folder throws in
            for (path, expected) in [
                ("/one.txt", "file one.txt"), ("/in", "file one.txt"), ("/docs/", "file docs/index.html"),
                ("/docs", "redirect /docs/"), ("/docs//index.html", "file docs/index.html"),
                // Who makes a link in the folder says what it is for: volumes of Kubernetes are made of such links.
                ("/named", "file .git/config"),
                ("/one.txt/", "refused 404"), ("/one.txt/x", "refused 404"), ("//one.txt", "file one.txt"),
                ("///docs//", "file docs/index.html"),
                ("/.env", "refused 404"), ("/.git/config", "refused 404"), ("/docs/../.env", "refused 404"),
                ("/out", "file secret"), ("/dangling", "refused 404"), ("/loop", "refused 403"),
                ("/pipe", "refused 404"), ("/list/", "refused 404"), ("/list", "refused 404"),
                ("/", "refused 404"), ("*", "refused 404"), ("", "refused 404"),
            ] { #expect(try outcome(path, in: folder) == expected, "\(path)") }
        }
    }

    @Test("A link that is not followed, and what may not be read, is 403 and no other folder's")
    func refusedLinks() throws {
        try withFolder(Self.folder) { folder throws in
            for (path, expected) in [
                ("/in", "refused 403"), ("/named", "refused 403"), ("/list/out", "refused 403"),
                ("/dangling", "refused 403"), ("/one.txt", "file one.txt"), ("/nothing", "refused 404"),
            ] { #expect(try outcome(path, in: folder) { $0.links = .off } == expected, "\(path)") }
            #expect(
                try outcome("/list/", in: folder) { ($0.links, $0.index) = (.off, ["out"]) } == "refused 403")
            try Files.chown(folder + "/secret.txt", user: SystemProcess.isRoot ? 60_002 : nil, group: nil)
            if SystemProcess.isRoot {
                try Files.chown(folder + "/root/out", user: 60_001, group: nil)
                #expect(try outcome("/out", in: folder) == "refused 403")
            }
            #expect(try outcome("/out", in: folder) { $0.links = .on } == "file secret")
        }
    }

    @Test("The index file is what the settings say, the first that is there")
    func index() throws {
        try withFolder(Self.folder) { folder throws in
            for (names, path, expected) in [
                (["home.html"], "/docs/", "file docs/home.html"),
                (["none", "home.html"], "/docs", "redirect /docs/"),
                (["none"], "/docs/", "refused 404"), (["sub", "b"], "/list/", "file list/b"),
                (["pipe"], "/list/", "refused 404"), (["out"], "/list/", "file secret"),
            ] {
                #expect(try outcome(path, in: folder) { $0.index = names } == expected, "\(names)")
            }
            #expect(try outcome("", in: folder, mount: "/m") { $0.index = ["one.txt"] } == "redirect /m/")
        }
    }

    @Test("A copy is sent to who takes it and where it is as new as the file")
    func copies() throws {
        try withFolder(Self.folder) { folder in
            for (coding, accepting, path, expected) in [
                ([.gzip], "gzip, br", "/new.css", "new.gz"),
                ([.gzip, .brotli], "gzip, br", "/new.css", "new.br"),
                ([.gzip, .brotli], "br;q=0.5, gzip", "/new.css", "new.gz"),
                ([.gzip, .brotli], "br", "/new.css", "new.br"),
                ([.brotli], "gzip", "/new.css", "new.css"),
                ([.gzip, .brotli], "identity", "/new.css", "new.css"),
                ([.gzip, .brotli], nil, "/new.css", "new.css"), ([], "gzip, br", "/new.css", "new.css"),
                ([.gzip, .brotli], "gzip, br", "/old.css", "old.css"),
                ([.gzip, .brotli], "gzip", "/one.txt", "one.txt"),
            ] as [([ContentCoding], String?, String, String)] {
                let outcome = try outcome(path, in: folder, accepting: accepting) {
                    $0.precompressed = coding
                }
                #expect(outcome == "file \(expected)", "\(path) \(accepting ?? "")")
            }
        }
    }

    @Test("A list has what a client would get, folders first, and nothing that ends what it stands in")
    func list() throws {
        try withFolder(Self.folder) { folder in
            #expect(try outcome("/list/", in: folder) { $0.isListing = true } == "list")
            #expect(try outcome("/list", in: folder) { $0.isListing = true } == "redirect /list/")
            #expect(try outcome("/docs/", in: folder) { $0.isListing = true } == "file docs/index.html")
            #expect(try outcome("/.git/", in: folder) { $0.isListing = true } == "refused 404")
            let page = try page("/list/", in: folder)
            let links = page.matches(of: #/<a href="([^"]*)">([^<]*)<\/a>/#).map { "\($0.1) \($0.2)" }
            #expect(links == ["../ ../", "./sub/ sub/", "./a a", "./b b", "./in in", "./out out"])
            #expect(page.contains("<td>6\n"))
            #expect(!(try self.page("/", in: folder)).contains("../"))
        }
        let names = """
            mkdir -p root/list; cd root/list
            touch '<script>' '"quoted" &amp;' "it's" 'javascript:alert(1)' 'a b%20c' '#x?y' 'ä' "$(printf 'new\\nline')"
            """
        try withFolder(names) { folder in
            let page = try page("/list/", in: folder)
            let links = page.matches(of: #/<a href="([^"]*)">([^<]*)<\/a>/#).map { "\($0.1) \($0.2)" }
            #expect(
                links.dropFirst().sorted() == [
                    "./%22quoted%22%20%26amp%3B &quot;quoted&quot; &amp;amp;", "./%23x%3Fy #x?y",
                    "./%3Cscript%3E &lt;script&gt;", "./%C3%A4 ä", "./a%20b%2520c a b%20c",
                    "./it%27s it&#39;s",
                    "./javascript%3Aalert%281%29 javascript:alert(1)", "./new%0Aline new?line",
                ])
            #expect(page.contains("<title>Index of /&lt;/title&gt;</title>"))
        }
    }

    @Test("A list ends somewhere")
    func longList() throws {
        try withFolder("mkdir -p root/list; cd root/list; touch $(seq 1 1200)") { folder in
            let page = try page("/list/", in: folder)
            #expect(page.matches(of: #/<tr><td><a href="\.\/[0-9]/#).count == FolderListing.limit)
            #expect(page.contains("There is more in this folder"))
        }
    }

    private func page(_ path: String, in folder: String) throws -> String {
        let listing = FolderListing(
            try SiteFolder(folder + "/root", refusals: nil), path: Array(path.utf8), links: .owner)
        let page = try #require(
            Array("/</title>".utf8).withUnsafeBufferPointer { listing.page(title: $0) })
        return String(decoding: page, as: UTF8.self)
    }
}
