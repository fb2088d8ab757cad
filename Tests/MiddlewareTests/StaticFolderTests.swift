import GatewayTesting
import Middleware
import Syscalls
import Testing

/// A folder with a site in it and a secret beside that. It goes when the test ends.
private final class Site {
    let path = "/tmp/static-folder-\(SystemProcess.id)-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        try run(
            """
            mkdir -p "$0/site/docs" "$0/site/empty" "$0/site/.git"; cd "$0"
            printf secret >secret; cd site
            printf 'a b' >'a b.txt'; printf index >index.html; printf docs >docs/index.html
            printf hidden >.hidden; printf config >.git/config
            ln -s ../secret out; ln -s /etc/passwd absolute; ln -s docs/index.html within; mkfifo pipe
            """)
    }

    deinit { try? run("rm -r \"$0\"") }

    private func run(_ script: String) throws {
        let input = try Files.inMemory(name: "input", [])
        let program = Program(
            path: "/bin/sh", arguments: ["sh", "-ec", script, path], environment: ["PATH=/usr/bin:/bin"])
        let output = try Files.inMemory(name: "output", [])
        ChildProcess.wait(
            try ChildProcess.spawn(program, descriptors: [input.number, output.number, output.number]))
    }
}

@Suite("A folder of files before an application")
struct StaticFolderTests {
    private let site: Site
    private let client: TestClient

    init() throws {
        site = try Site()
        let application = Application.inline { Response("application \($0.path)") }
        client = TestClient(
            application.with(
                staticFolder(site.path + "/site/", fields: [.cacheControl: "max-age=60"]),
                staticFolder(site.path + "/site", at: "/files")))
    }

    @Test(
        "What is in the folder is answered with",
        arguments: [
            ("/a%20b.txt", "a b"), ("/", "index"), ("/index.html", "index"), ("/docs/", "docs"),
            ("/docs/index.html", "docs"), ("/within", "docs"), ("/files/a%20b.txt", "a b"),
            ("/files/", "index"),
            ("/docs/?x=1", "docs"), ("/x/../docs/", "docs"),
        ])
    func found(_ path: String, _ text: String) async throws {
        let response = try await client.get(path)
        #expect(response.status == .ok && response.text == text)
        #expect((response[.cacheControl] == "max-age=60") == !path.hasPrefix("/files"))
        let head = try await client.head(path)
        #expect(head.body == [] && head[.contentLength] == "\(text.utf8.count)")
    }

    @Test(
        "What is not there, is hidden or lies outside goes on to the application",
        arguments: [
            "/nothing", "/docs/nothing", "/empty/", "/empty", "/.hidden", "/.git/config", "/out", "/absolute",
            "/pipe",
            "//index.html", "/docs//index.html", "/docs/%2e%2e%2f%2e%2e%2fsecret", "/files", "/filesystem",
            "/index.html/", "/a%20b.txt/x", "/..%2fsecret", "/docs/..;/..;/secret",
            "/\(String(repeating: "x", count: 5000))",
        ])
    func notFound(_ path: String) async throws {
        let response = try await client.get(path)
        // A path that climbs out of the site has no answer at all.
        #expect(response.text.hasPrefix("application ") || response.status == .badRequest)
    }

    @Test(
        "Other methods go on to the application",
        arguments: [HTTPRequest.Method.post, .put, .delete, .options])
    func methods(_ method: HTTPRequest.Method) async throws {
        #expect(
            try await client.request(method: method, path: "/index.html").text == "application /index.html")
    }

    @Test("A folder is redirected to its name with a slash, and to no other site")
    func redirects() async throws {
        let response = try await client.get("/docs?a=b")
        #expect(response.status == .movedPermanently && response[.location] == "/docs/?a=b")
        let below = try await client.get("/files/docs", environ: ["SCRIPT_NAME": "/my shop"])
        #expect(below[.location] == "/my%20shop/files/docs/")
        #expect(try await client.get("//docs").text == "application //docs")
    }

    @Test("A folder that is not there answers nothing")
    func missing() async throws {
        let client = TestClient(
            Application.inline { _ in Response("on") }.with(staticFolder("/nowhere/at/all")))
        #expect(try await client.get("/").text == "on")
    }
}
