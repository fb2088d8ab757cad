import Octets
import Syscalls
import Testing
@testable import Routing
@testable import Settings
@testable import SettingsReading

@Suite("Media types")
struct MediaTypesTests {
    @Test(
        "The end of a name decides, in any case",
        arguments: [
            ("/a.html", "text/html; charset=utf-8"), ("/a.HTML", "text/html; charset=utf-8"),
            ("/a.b.css", "text/css; charset=utf-8"),
            ("/a.js", "text/javascript; charset=utf-8"), ("/a.mjs", "text/javascript; charset=utf-8"),
            ("/a.json", "application/json"), ("/a.map", "application/json"), ("/a.wasm", "application/wasm"),
            ("/a.png", "image/png"), ("/a.JPG", "image/jpeg"), ("/a.svg", "image/svg+xml"),
            ("/a.ico", "image/vnd.microsoft.icon"), ("/a.avif", "image/avif"), ("/a.woff2", "font/woff2"),
            ("/a.webmanifest", "application/manifest+json"), ("/a.tar.gz", "application/gzip"),
            ("/a.txt", "text/plain; charset=utf-8"), ("/a.mp4", "video/mp4"),
            ("/.js", "text/javascript; charset=utf-8"),
            ("a.pdf", "application/pdf"),
        ])
    func known(_ path: String, _ type: String) {
        #expect(text(.builtin, path) == type)
    }

    @Test(
        "A name that says nothing has a type that no browser runs",
        arguments: [
            "", "/", "/a", "/a.", "/a.unknown", "/a.html/b", "/a.html.", "/a.htm\u{0}l", "/a. html",
            "/a.averylongsuffixindeed", "/.html/x", "/ä.ü", "/a.\u{0}", "/a.html\u{0}", "/a.\u{0}html",
        ])
    func unknown(_ path: String) {
        #expect(text(.builtin, path) == "application/octet-stream")
    }

    @Test("The table says each thing once, and has what a field may hold")
    func table() {
        var seen: Set<String> = []
        let lines = MediaTypes.table.description.split(separator: "\n")
        #expect(lines.count >= 150)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            #expect(words.count > 1 && words[0].contains("/"), "\(line)")
            for suffix in words.dropFirst() {
                #expect(seen.insert(suffix).inserted, "\(suffix) stands twice")
                let charset = words[0].hasPrefix("text/") ? "; charset=utf-8" : ""
                #expect(text(.builtin, "/x.\(suffix)") == words[0] + charset, "\(suffix)")
            }
        }
    }

    @Test("A file adds to the table, and wins over it")
    func file() {
        let types = MediaTypes(
            Array(
                """
                # a comment
                Text/X-Own\town  OWN2 # and another

                application/x-first html
                application/x-second html

                application/x-none
                no-type foo
                a/b/c foo
                text/ foo
                text/x\u{1}y foo
                application/x-long averylongsuffixindeed xxxxxxxxxxxxxxxx
                """.utf8))
        for (path, type) in [
            ("/a.own", "text/x-own; charset=utf-8"), ("/a.own2", "text/x-own; charset=utf-8"),
            ("/a.html", "application/x-second"), ("/a.htm", "text/html; charset=utf-8"),
            ("/a.foo", "application/octet-stream"), ("/a.averylongsuffixindeed", "application/octet-stream"),
            ("/a.xxxxxxxxxxxxxxxx", "application/x-long"), ("/a.xxxxxxxxxxxxxxx", "application/octet-stream"),
        ] { #expect(text(types, path) == type, "\(path)") }
    }

    @Test("The table of the system is understood; what is no file is refused by name")
    func system() throws {
        var settings = Settings()
        settings.mediaTypesFile = "/etc/mime.types"
        try settings.loadMediaTypes("--mime-types")
        let types = settings.mediaTypes
        #expect(text(types, "/a.html") == "text/html; charset=utf-8")
        #expect(text(types, "/a.jpeg") == "image/jpeg")
        for path in ["/no/such", "/tmp", "/dev/zero"] {
            settings.mediaTypesFile = path
            let error = #expect(throws: ConfigurationError.self) {
                try settings.loadMediaTypes("--mime-types")
            }
            #expect(error?.message.contains("'\(path)' (--mime-types)") == true)
        }
    }

    private func text(_ types: MediaTypes, _ path: String) -> String {
        var output = ByteBuffer()
        Array(path.utf8).withUnsafeBufferPointer { types.append(types.type(of: $0), to: &output) }
        return String(decoding: output.bytes, as: UTF8.self)
    }
}
