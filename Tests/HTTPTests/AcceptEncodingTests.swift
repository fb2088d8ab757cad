import HTTP
import TestSupport
import Testing

@Suite("Accept-Encoding (RFC 9110, §12.5.3)")
struct AcceptEncodingTests {
    private func preferred(_ field: String, _ available: ContentCodings) -> ContentCoding {
        Array(field.utf8).withUnsafeBufferPointer { ContentCodings.preferred(in: $0, of: available) }
    }

    @Test(
        "What a client likes best, of both, of gzip alone and of brotli alone",
        arguments: [
            ("gzip, deflate, br", .brotli, .gzip, .brotli), ("gzip", .gzip, .gzip, .identity),
            ("br", .brotli, .identity, .brotli), ("", .identity, .identity, .identity),
            ("identity", .identity, .identity, .identity), ("deflate, zstd", .identity, .identity, .identity),
            ("*", .brotli, .gzip, .brotli), ("GZIP", .gzip, .gzip, .identity),
            ("x-gzip", .gzip, .gzip, .identity),
            ("gzip;q=1.0, br;q=0.5", .gzip, .gzip, .brotli),
            ("gzip;q=0.5, br;q=0.501", .brotli, .gzip, .brotli),
            ("gzip;q=0", .identity, .identity, .identity), ("gzip;q=0, *", .brotli, .identity, .brotli),
            ("br;q=0, *;q=0.1", .gzip, .gzip, .identity),
            ("gzip;q=0.000, br;q=0.001", .brotli, .identity, .brotli),
            ("identity;q=0.5, gzip;q=0.4, br;q=0.4", .identity, .identity, .identity),
            ("identity;q=0.5, gzip;q=0.5", .gzip, .gzip, .identity),
            ("identity, gzip", .gzip, .gzip, .identity),
            ("identity;q=0", .identity, .identity, .identity), ("*;q=0", .identity, .identity, .identity),
            (" gzip ; q=0.8 ,\tbr\t;\tQ=0.9", .brotli, .gzip, .brotli), (",,gzip,,", .gzip, .gzip, .identity),
            // What cannot be read is not there.
            ("gzip;q=2", .identity, .identity, .identity), ("gzip;q=1.001", .identity, .identity, .identity),
            ("gzip;q=0.1234", .identity, .identity, .identity), ("gzip;q=", .identity, .identity, .identity),
            ("gzip;q=-1", .identity, .identity, .identity), ("gzip;level=9", .identity, .identity, .identity),
            ("gzip;q=.5", .identity, .identity, .identity), ("gzip;", .identity, .identity, .identity),
            ("gzip br", .identity, .identity, .identity), ("gzipx, xbr", .identity, .identity, .identity),
            ("gzip;q=1.", .gzip, .gzip, .identity),
        ] as [(String, ContentCoding, ContentCoding, ContentCoding)])
    func preference(_ field: String, _ both: ContentCoding, _ gzip: ContentCoding, _ brotli: ContentCoding) {
        #expect(preferred(field, [.gzip, .brotli]) == both)
        #expect(preferred(field, .gzip) == gzip)
        #expect(preferred(field, .brotli) == brotli)
        #expect(preferred(field, []) == .identity)
    }

    @Test("Whatever a client sends, it gets what there is")
    func random() {
        var generator = SeededGenerator(seed: 3)
        let characters = Array("gzipbr*identity,;q=0.1 \u{0}\u{ff}".utf8)
        for _ in 0..<20_000 {
            let field = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                characters.randomElement(using: &generator)!
            }
            let coding = field.withUnsafeBufferPointer { ContentCodings.preferred(in: $0, of: .gzip) }
            #expect(coding != .brotli)
        }
    }
}
