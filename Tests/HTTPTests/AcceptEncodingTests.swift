import HTTP
import Octets
import Testing

@Suite("Content codings")
struct AcceptEncodingTests {
    private static func read(_ value: String?) -> AcceptEncoding {
        guard let value else { return AcceptEncoding(nil) }
        return Array(value.utf8).withUnsafeBufferPointer { AcceptEncoding($0) }
    }

    @Test(
        "The coding that the client likes best, of two the one that the server prefers (RFC 9110, §12.5.3)",
        arguments: [
            (nil, nil), ("", nil), (" ", nil), (",", nil), ("gzip", .gzip), ("br", .brotli),
            ("gzip, br", .brotli),
            ("br, gzip", .brotli), ("gzip, deflate, br, zstd", .brotli), ("gzip,br;q=0.5", .gzip),
            ("gzip;q=0.4, br;q=0.5", .brotli), ("gzip;q=1.000, br;q=0.999", .gzip), ("GZIP", .gzip),
            ("x-gzip", .gzip), ("X-GZip;q=0.1", .gzip), ("Br", .brotli), ("deflate", nil), ("compress", nil),
            ("identity", nil), ("*", .brotli), ("*;q=0.1", .brotli), ("*;q=0", nil), ("br;q=0, *", .gzip),
            ("br;q=0, gzip;q=0, *", nil), ("gzip, *;q=0", .gzip), ("gzip;q=0", nil), ("gzip;q=0.0", nil),
            ("gzip;q=0.000", nil), ("gzip;q=0.001", .gzip), ("gzip ; q=0.5", .gzip), ("gzip;Q=0.5", .gzip),
            ("gzip;\tq=0.5", .gzip), ("identity;q=0", nil), ("identity;q=0, gzip", .gzip),
            ("identity, gzip;q=0.5", nil), ("identity;q=0.5, gzip", .gzip),
            ("identity;q=0.5, gzip;q=0.5", .gzip),
            ("identity;q=0.5, br;q=0.4, gzip;q=0.6", .gzip), ("gzip, gzip;q=0", nil), ("gzip,,br;q=0", .gzip),
            // Malformed: such an element accepts nothing.
            ("gzip;q=2", nil), ("gzip;q=1.1", nil), ("gzip;q=0.5555", nil), ("gzip;q=", nil), ("gzip;q", nil),
            ("gzip;", nil), ("gzip;q=.5", nil), ("gzip;q=-1", nil), ("gzip;q=1.001", nil),
            ("gzip;q=0,5", nil),
            ("gzip;level=9", nil), ("gzip;q=0.5;x=1", nil), ("gzip br", nil), ("\"gzip\"", nil),
            ("gzip;q=x, br", .brotli), ("gzipp, brr, gzi", nil),
        ] as [(String?, ContentCoding?)])
    func choice(_ value: String?, _ expected: ContentCoding?) {
        #expect(Self.read(value).choice(among: [.brotli, .gzip]) == expected, "\(value ?? "no field")")
    }

    @Test("Only what the server offers is chosen, in its order")
    func offered() {
        #expect(Self.read("gzip, br").choice(among: [.gzip, .brotli]) == .gzip)
        #expect(Self.read("gzip, br").choice(among: [.gzip]) == .gzip)
        #expect(Self.read("br").choice(among: [.gzip]) == nil)
        #expect(Self.read("*").choice(among: []) == nil)
    }

    @Test(
        "Of copies that are there the one that the client likes best, else the one that makes less of a text",
        arguments: [
            ("gzip, br", .brotli, .gzip, .brotli), ("gzip", .gzip, .gzip, nil), ("", nil, nil, nil),
            ("gzip;q=1.0, br;q=0.5", .gzip, .gzip, .brotli), ("gzip;q=0, *", .brotli, nil, .brotli),
            ("identity;q=0.5, gzip;q=0.4, br;q=0.4", nil, nil, nil), ("*;q=0", nil, nil, nil),
        ] as [(String, ContentCoding?, ContentCoding?, ContentCoding?)])
    func copies(_ value: String, _ both: ContentCoding?, _ gzip: ContentCoding?, _ brotli: ContentCoding?) {
        let accepted = Self.read(value)
        #expect(accepted.choice(among: ContentCodings([.gzip, .brotli])) == both)
        #expect(accepted.choice(among: ContentCodings.gzip) == gzip)
        #expect(accepted.choice(among: ContentCodings.brotli) == brotli)
        #expect(accepted.choice(among: ContentCodings()) == nil)
    }

    @Test(
        "Whether a body that is not coded is refused",
        arguments: [
            (nil, false), ("", false), ("gzip", false), ("identity;q=0", true), ("*;q=0", true),
            ("identity;q=0.000, gzip", true), ("*;q=0, identity", false), ("identity;q=0.1", false),
            ("*, identity;q=0", true), ("gzip;q=0", false),
        ] as [(String?, Bool)])
    func refusal(_ value: String?, _ isRefused: Bool) {
        #expect(Self.read(value).refusesIdentity == isRefused)
    }

    @Test("The names on the wire")
    func names() {
        for coding in ContentCoding.allCases { #expect("\(coding.token)" == coding.rawValue) }
    }

    @Test(
        "An element of a list, in any case and with any parameter",
        arguments: [
            ("no-transform", true), ("No-Transform", true), ("max-age=5, no-transform", true),
            ("no-transform=1", true), ("no-transform;x", true), (" ,, no-transform ,", true), ("", false),
            ("no-transforms", false), ("no, transform", false), ("x=no-transform", false),
        ])
    func element(_ value: String, _ isThere: Bool) {
        let isFound = Array(value.utf8).withUnsafeBufferPointer {
            FieldList.contains("no-transform", in: $0)
        }
        #expect(isFound == isThere)
    }
}
