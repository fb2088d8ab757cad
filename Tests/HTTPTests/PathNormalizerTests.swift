import HTTP
import Octets
import TestSupport
import Testing

@Suite("Paths")
struct PathNormalizerTests {
    private func normalize(_ path: String) throws -> String {
        let path = Latin1.bytes(path)
        var output = ByteBuffer()
        try path.withUnsafeBufferPointer { path throws(RequestError) in
            try PathNormalizer.normalize(path, into: &output)
        }
        return Latin1.text(Array(output.bytes)[...])
    }

    @Test(
        "Escapes are decoded once",
        arguments: [
            ("", "/"), ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/%61", "/a"), ("/%C3%A9", "/\u{C3}\u{A9}"),
            ("/%c3%a9", "/\u{C3}\u{A9}"), ("/%FF", "/\u{FF}"), ("/%2525", "/%25"), ("/%252e", "/%2e"),
            ("/a%2Fb", "/a/b"),
            ("/a%20b", "/a b"), ("/a+b", "/a+b"), ("/a%3Fb", "/a?b"), ("/a%0Ab", "/a\nb"), ("/%01", "/\u{1}"),
            ("/%41%42", "/AB"),
            ("/*", "/*"), ("//", "//"), ("//a//b//", "//a//b//"), ("/%2F", "//"), ("/a;b=c", "/a;b=c"),
        ])
    func decoding(_ path: String, _ expected: String) throws {
        #expect(try normalize(path) == expected)
    }

    @Test(
        "A path that cannot be decoded is refused",
        arguments: [
            "/%", "/a%", "/%4", "/%4/", "/%g1", "/%1g", "/%%41", "/% 1", "/%+1", "/%-1", "/%0x", "/%u0041",
            "/%00", "/a%00b", "/a%00", "/%\u{B2}1",
            "/a%2", "/\u{0}", "a/..", "a/../b", "*", "%2F", "..",
        ])
    func malformed(_ path: String) {
        #expect(throws: RequestError.malformedPath) { try normalize(path) }
    }

    @Test(
        "Dot segments are resolved after decoding (RFC 3986, §5.2.4)",
        arguments: [
            ("/.", "/"), ("/./", "/"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/./a", "/a"), ("/a/..", "/"),
            ("/a/../", "/"),
            ("/a/../b", "/b"), ("/a/b/..", "/a/"), ("/a/b/../", "/a/"), ("/a/b/../c", "/a/c"),
            ("/a/b/../../c", "/c"),
            ("/a/./../b", "/b"), ("/a/b/c/./../../g", "/a/g"), ("/a//..", "/a/"), ("/a//../b", "/a/b"),
            ("//..", "/"), ("//../a", "/a"),
            ("/%2e", "/"), ("/a/%2e%2e/b", "/b"), ("/a/.%2E/b", "/b"), ("/a/%2E./b", "/b"),
            ("/a%2F..%2Fb", "/b"), ("/a/..%2f", "/"),
            ("/...", "/..."), ("/a/.../b", "/a/.../b"), ("/.a", "/.a"), ("/..a", "/..a"), ("/a..", "/a.."),
            ("/a./b", "/a./b"),
            ("/a/..b/../c", "/a/c"), ("/.well-known/a", "/.well-known/a"), ("/a/..;/b", "/a/..;/b"),
            ("/a\\..\\b", "/a\\..\\b"),
            ("/a/.%252e/b", "/a/.%2e/b"),
        ])
    func dotSegments(_ path: String, _ expected: String) throws {
        #expect(try normalize(path) == expected)
    }

    @Test(
        "A path that climbs over the root is refused, however it is written",
        arguments: [
            "/..", "/../", "/../a", "/../../a", "/./..", "/a/../..", "/a/../../b", "/a/b/../../../c",
            "/%2e%2e/", "/%2e%2e%2f", "/.%2e/a", "/%2e./a",
            "/..%2Fa", "/a/%2e%2e/%2E%2E/b", "/%2e/%2e%2e", "//../../a", "/a/.././../b",
        ])
    func climbing(_ path: String) {
        #expect(throws: RequestError.malformedPath) { try normalize(path) }
    }

    @Test("What stood in the buffer stays, and a refused path leaves nothing")
    func appending() {
        var output = ByteBuffer()
        output.append("before")
        let good = Array("/a/../b".utf8)
        let bad = Array("/a/../..".utf8)
        good.withUnsafeBufferPointer { path in try? PathNormalizer.normalize(path, into: &output) }
        bad.withUnsafeBufferPointer { path in try? PathNormalizer.normalize(path, into: &output) }
        #expect(String(decoding: output.bytes, as: UTF8.self) == "before/b")
    }

    @Test("20 000 random paths never trap, and no outcome leads upwards")
    func random() {
        var generator = SeededGenerator(seed: 42)
        let pieces = ["/", "/", ".", "..", "%2e", "%2F", "%", "a", "%00", "%41", "//", "\u{FF}", ";"]
        for _ in 0..<20_000 {
            var path = "/"
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                path += pieces.randomElement(using: &generator)!
            }
            guard let normal = try? normalize(path) else { continue }
            let segments = normal.split(separator: "/", omittingEmptySubsequences: false)
            let climbs = !normal.hasPrefix("/") || segments.contains(".") || segments.contains("..")
            if climbs { Issue.record("\(path) became \(normal)") }
        }
    }
}
