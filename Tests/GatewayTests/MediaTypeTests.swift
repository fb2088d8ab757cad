import Testing

@testable import Gateway

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "The end of a name decides, in any case",
        arguments: [
            ("/a.html", "text/html; charset=utf-8"), ("/a.HTML", "text/html; charset=utf-8"),
            ("/a.b.css", "text/css; charset=utf-8"),
            ("/a.js", "text/javascript; charset=utf-8"), ("/a.mjs", "text/javascript; charset=utf-8"),
            ("/a.json", "application/json"),
            ("/a.png", "image/png"), ("/a.JPG", "image/jpeg"), ("/a.svg", "image/svg+xml"),
            ("/a.woff2", "font/woff2"),
            ("/a.webmanifest", "application/manifest+json"), ("/a.tar.gz", "application/gzip"),
            ("/a.txt", "text/plain; charset=utf-8"),
        ])
    func known(_ path: String, _ type: String) {
        #expect(mediaType(path) == type)
    }

    @Test(
        "A name that says nothing has a type that no browser runs",
        arguments: [
            "", "/", "/a", "/a.", "/a.unknown", "/a.html/b", "/a.html.", "/a.htm\u{0}l", "/a. html",
            "/a.averylongsuffixindeed", "/.html/x", "/ä.ü",
        ])
    func unknown(_ path: String) {
        #expect(mediaType(path) == "application/octet-stream")
    }

    private func mediaType(_ path: String) -> String {
        Array(path.utf8).withUnsafeBufferPointer { "\(MediaType.of($0))" }
    }
}
