// What both are asked. `{etag}` in a field is the tag that the server itself has given to the file.

/// A request, and where the answers are meant to differ.
struct NginxQuestion {
    var method = "GET"
    let target: String
    var fields: [String] = []
    var meant: [NginxDifference] = []
    /// Our status, where it is meant to be another one.
    var status: Int?
    var version = "1.1"

    init(
        by method: String, _ target: String, _ fields: String..., meant: NginxDifference...,
        status: Int? = nil
    ) {
        (self.method, self.target, self.fields) = (method, target, fields)
        (self.meant, self.status) = (meant, status)
    }

    init(
        _ target: String, _ fields: String..., meant: NginxDifference..., status: Int? = nil,
        version: String = "1.1"
    ) {
        (self.target, self.fields) = (target, fields)
        (self.meant, self.status, self.version) = (meant, status, version)
    }

    static let all: [NginxQuestion] =
        paths + methods + ranges + multipleRanges + conditions + rangeConditions + copies + rules

    /// Paths, each with GET and HEAD.
    private static var paths: [NginxQuestion] {
        let same = [
            "/", "/?", "/?x=1", "/index.html", "/text.txt", "/text.txt?", "/text.txt?a=b&c=%20", "/empty.txt",
            "/noext",
            "/sub/", "/sub/index.html", "/sub", "/sub?x=1", "/sub?", "/linked/", "/linked",
            "/link.txt", "/out.txt", "//text.txt", "///sub/", "//",
            "/sub/deep/file.txt", "/sub//deep///file.txt", "/./text.txt", "/sub/../text.txt",
            "/sub/deep/../../text.txt",
            "/sub/./index.html", "/sub/.", "/sub/..", "/sub/deep/..", "/%74ext.txt", "/text%2Etxt",
            "/sub%2Findex.html",
            "/sub/%2e%2e/text.txt", "/with%20space.txt", "/%C3%A4.txt", "/percent%2541.txt",
            "/percent%41.txt",
            "/plus+sign.txt", "/semi;colon.txt", "/q%3Fuestion.txt", "/q?uestion.txt", "/quote'd.txt",
            "/a.b.c.css",
            "/colon:name.txt", "/amp&er.txt", "/eq=ual.txt", "/at@sign.txt", "/tilde~.txt", "/hash%23x.txt",
            "/folder%20x", "/folder%20x/", "/folder%20x?q=%20", "/.well-known/token", "/.well-known/x.json",
            "/UPPER.TXT",
            "/upper.txt", "/page.htm", "/app.js", "/data.json", "/pic.png", "/pic.svg", "/feed.xml",
            "/film.mp4",
            "/doc.pdf", "/unknown.qqq", "/large.bin", "/missing", "/missing/",
            "/sub/missing",
            "/text.txt/", "/text.txt/x", "/noext/", "/dangling", "/..", "/../", "/../secret.txt",
            "/sub/../../secret.txt",
            "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt", "/text.txt%00", "/%00",
            "/text.txt%20", "/%20",
            "/%", "/%2", "/%zz", "/text.txt%", "http://a/text.txt", "http://a", "/*", "/cached/text.txt",
            "/" + String(repeating: "x", count: 300), "/sub/" + String(repeating: "a/", count: 200),
        ]
        let different: [(String, NginxDifference, Int)] = [
            ("/.hidden", .hiddenNames, 404), ("/sub/.hidden", .hiddenNames, 404),
            ("/%2ehidden", .hiddenNames, 404),
            ("/noindex", .noIndex, 404), ("/noindex/", .noIndex, 404),
            ("/sub/deep", .noIndex, 404),
            ("/.well-known/", .noIndex, 404), ("/archive.tar.gz", .types, 200),
        ]
        return ["GET", "HEAD"].flatMap { method in
            same.map { NginxQuestion(by: method, $0) }
                + different.map { NginxQuestion(by: method, $0.0, meant: $0.1, status: $0.2) }
        } + [NginxQuestion("/text.txt", version: "1.0"), NginxQuestion("/missing", version: "1.0")]
    }

    private static var methods: [NginxQuestion] {
        ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"].map {
            NginxQuestion(by: $0, "/text.txt", meant: .allow)
        }
            + ["PUT", "DELETE", "PATCH", "BREW"].map {
                NginxQuestion(by: $0, "/missing", meant: .missingFirst, status: 404)
            } + ["PUT", "DELETE"].map { NginxQuestion(by: $0, "/sub", meant: .folderMethods, status: 301) }
            + [
                NginxQuestion(by: "POST", "/missing"), NginxQuestion(by: "POST", "/sub"),
                NginxQuestion(by: "POST", "/", meant: .allow),
                NginxQuestion(by: "OPTIONS", "/text.txt", meant: .options, status: 204),
                NginxQuestion(by: "OPTIONS", "/", meant: .options, status: 204),
                NginxQuestion(by: "POST", "/text.txt", "If-None-Match: *", meant: .allow),
                NginxQuestion(by: "PUT", "/text.txt", "If-Match: \"other\"", meant: .allow),
            ]
    }

    private static var ranges: [NginxQuestion] {
        let same = [
            "bytes=0-0", "bytes=0-9", "bytes=10-19", "bytes=99-", "bytes=99-99", "bytes=0-", "bytes=0-99",
            "bytes=0-100",
            "bytes=50-1000", "bytes=-1", "bytes=-10", "bytes=-99", "bytes=-100", "bytes=-1000",
            "bytes=007-009",
            "BYTES=0-1", "bytes=100-", "bytes=100-200", "bytes=1000-", "lines=0-1", "bytes 0-1", "bytes=", "",
            "0-1",
            "bytes=0-1 ", "bytes=1-9223372036854775807",
        ]
        let malformed = [
            "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1", "bytes=+1-2", "bytes=1-2-3",
            "bytes=--1",
            "bytes=0-1;2-3", "bytes=0x0-1",
        ]
        return same.map { NginxQuestion("/text.txt", "Range: \($0)") }
            + malformed.map {
                NginxQuestion("/text.txt", "Range: \($0)", meant: .malformedRange, status: 200)
            }
            + ["bytes=0-0", "bytes=10-", "bytes=200-"].map {
                NginxQuestion(by: "HEAD", "/text.txt", "Range: \($0)", meant: .headRange, status: 200)
            }
            + ["/large.bin", "/sub/", "/link.txt"].map { NginxQuestion($0, "Range: bytes=1-2") }
            + [
                NginxQuestion("/large.bin", "Range: bytes=299990-"),
                NginxQuestion("/large.bin", "Range: bytes=100-250000"),
                NginxQuestion("/missing", "Range: bytes=0-1"), NginxQuestion("/sub", "Range: bytes=0-1"),
                NginxQuestion(by: "POST", "/text.txt", "Range: bytes=0-1", meant: .allow),
                NginxQuestion("/text.txt", "Range: bytes=0-1", version: "1.0"),
                NginxQuestion("/empty.txt", "Range: bytes=0-0", meant: .emptyFile, status: 416),
                NginxQuestion("/empty.txt", "Range: bytes=5-"),
                NginxQuestion("/none/text.txt", "Range: bytes=0-1"), NginxQuestion("/none/text.txt"),
                NginxQuestion("/few/text.txt", "Range: bytes=0-1,5-6"),
                NginxQuestion("/few/text.txt", "Range: bytes=0-1,5-6,9-9"),
            ]
    }

    private static var multipleRanges: [NginxQuestion] {
        [
            "bytes=0-1,4-5", "bytes=4-5,0-1", "bytes=0-0,-1", "bytes=0-1, 4-5", "bytes=0-1 , 4-5,8-9",
            "bytes=0-1,200-",
            "bytes=200-,0-1", "bytes=200-,300-", "bytes=0-1,4-5,200-", "bytes=0-49,51-99",
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30",
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32",
        ].map { NginxQuestion("/text.txt", "Range: \($0)") }
            + ["bytes=0-5,3-9", "bytes=0-4,5-9", "bytes=0-0,0-0", "bytes=10-19,0-9"].map {
                NginxQuestion("/text.txt", "Range: \($0)", meant: .joinedParts)
            }
            + ["bytes=0-,0-", "bytes=0-99,-50"].map {
                NginxQuestion("/text.txt", "Range: \($0)", meant: .malformedRange, status: 206)
            }
            + [
                NginxQuestion("/text.txt", "Range: bytes=0-1,x", meant: .malformedRange, status: 200),
                NginxQuestion("/text.txt", "Range: bytes=,0-1", meant: .malformedRange, status: 206),
                NginxQuestion(
                    by: "HEAD", "/text.txt", "Range: bytes=0-1,4-5", meant: .headRange, status: 200),
                NginxQuestion("/large.bin", "Range: bytes=0-99999,150000-299999"),
                NginxQuestion("/data.json", "Range: bytes=0-0,3-3"),
            ]
    }

    private static let before = "Sun, 02 Feb 2020 02:02:01 GMT"
    private static let date = NginxSite.date
    private static let after = "Sun, 02 Feb 2020 02:02:03 GMT"

    private static var conditions: [NginxQuestion] {
        var all: [NginxQuestion] = []
        for method in ["GET", "HEAD"] {
            for fields in [
                "If-None-Match: {etag}", "If-None-Match: W/{etag}", "If-None-Match: \"x\", {etag}",
                "If-None-Match: *",
                "If-None-Match: \"x\",{etag},\"y\"", "If-None-Match: {etag}\r\nIf-Modified-Since: \(date)",
                "If-Match: {etag}\r\nIf-None-Match: {etag}", "If-Modified-Since: \(date)",
                "If-Modified-Since: Sunday, 02-Feb-20 02:02:02 GMT",
                "If-Modified-Since: Sun Feb  2 02:02:02 2020",
            ] { all.append(NginxQuestion(by: method, "/text.txt", fields, meant: .dateIn304)) }
            for fields in [
                "If-None-Match: \"x\"", "If-None-Match: \"x\", \"y\"", "If-None-Match: x",
                "If-None-Match: \"x\"\r\nIf-Modified-Since: \(date)", "If-Match: {etag}", "If-Match: *",
                "If-Match: \"x\"", "If-Match: W/{etag}", "If-Match: \"x\", {etag}", "If-Match: x",
                "If-Modified-Since: \(before)", "If-Modified-Since: yesterday",
                "If-Modified-Since: 1580608922",
                "If-Unmodified-Since: \(date)", "If-Unmodified-Since: \(after)",
                "If-Unmodified-Since: \(before)",
                "If-Match: \"x\"\r\nIf-None-Match: {etag}",
                "If-Unmodified-Since: \(before)\r\nIf-Modified-Since: \(date)",
            ] { all.append(NginxQuestion(by: method, "/text.txt", fields)) }
            all.append(
                NginxQuestion(
                    by: method, "/text.txt", "If-Unmodified-Since: yesterday", meant: .noDate, status: 200))
            all.append(
                NginxQuestion(
                    by: method, "/text.txt", "If-Modified-Since: \(after)", meant: .laterDate, status: 304))
            all.append(
                NginxQuestion(
                    by: method, "/text.txt", "If-None-Match: {etag}", "If-Modified-Since: \(before)",
                    meant: .tagBeforeDate,
                    status: 304))
            all.append(
                NginxQuestion(
                    by: method, "/text.txt", "If-Match: {etag}", "If-Unmodified-Since: \(before)",
                    meant: .matchBeforeDate,
                    status: 200))
        }
        return all + [
            NginxQuestion("/missing", "If-None-Match: *"), NginxQuestion("/missing", "If-Match: *"),
            NginxQuestion("/sub", "If-None-Match: *"),
            NginxQuestion("/sub/", "If-None-Match: {etag}", meant: .dateIn304),
            NginxQuestion("/empty.txt", "If-None-Match: {etag}", meant: .dateIn304),
        ]
    }

    private static var rangeConditions: [NginxQuestion] {
        [
            "If-Range: {etag}", "If-Range: \(date)", "If-Range: \"x\"", "If-Range: W/{etag}",
            "If-Range: \(before)",
            "If-Range: \(after)", "If-Range: x", "If-Match: {etag}", "If-Match: \"x\"",
            "If-None-Match: \"x\"",
            "If-Unmodified-Since: \(date)", "If-Unmodified-Since: \(before)",
            "If-Range: {etag}\r\nIf-Modified-Since: \(before)",
        ].map { NginxQuestion("/text.txt", "Range: bytes=0-1", $0) } + [
            NginxQuestion("/text.txt", "Range: bytes=0-1", "If-None-Match: {etag}", meant: .dateIn304),
            NginxQuestion("/text.txt", "If-Range: {etag}"), NginxQuestion("/text.txt", "If-Range: \"x\""),
            NginxQuestion("/text.txt", "Range: bytes=200-", "If-Range: \"x\""),
            NginxQuestion("/text.txt", "Range: bytes=200-", "If-Range: {etag}"),
            NginxQuestion("/text.txt", "Range: bytes=0-1,4-5", "If-Range: {etag}"),
            NginxQuestion("/text.txt", "Range: bytes=0-1,4-5", "If-Range: \"x\""),
        ]
    }

    private static var copies: [NginxQuestion] {
        let taking = ["gzip", "gzip, deflate, br", "deflate, gzip;q=0.5", "GZIP", "gzip;q=0.001"]
        let refusing = ["gzip;q=0", "gzip;q=0.000", "identity", "deflate", "br"]
        var all: [NginxQuestion] = []
        for method in ["GET", "HEAD"] {
            for field in taking {
                all.append(
                    NginxQuestion(by: method, "/zip/new.css", "Accept-Encoding: \(field)", meant: .copyRanges)
                )
            }
            for field in refusing {
                all.append(NginxQuestion(by: method, "/zip/new.css", "Accept-Encoding: \(field)"))
            }
        }
        let gzip = "Accept-Encoding: gzip"
        return all + [
            NginxQuestion("/zip/new.css"), NginxQuestion("/zip/", gzip, meant: .copyRanges),
            NginxQuestion("/zip/new.css.gz", gzip, meant: .vary, .types),
            NginxQuestion("/zip/plain.css", gzip, meant: .vary),
            NginxQuestion("/zip/plain.css", meant: .vary),
            NginxQuestion("/zip/stale.css", gzip, meant: .staleCopy, status: 200),
            NginxQuestion("/zip/stale.css"),
            NginxQuestion("/zip/only.css", gzip, meant: .copyAlone, status: 404),
            NginxQuestion("/zip/only.css", meant: .copyAlone, status: 404),
            NginxQuestion("/zip/missing.css", gzip),
            NginxQuestion("/zip/new.css", "Accept-Encoding: *", meant: .star, status: 200),
            NginxQuestion("/zip/new.css", gzip, "Range: bytes=0-9", meant: .copyRanges, status: 206),
            NginxQuestion("/zip/new.css", gzip, "Range: bytes=0-9,20-29", meant: .copyRanges, status: 206),
            NginxQuestion("/zip/new.css", gzip, "Range: bytes=100000-", meant: .copyRanges, status: 416),
            NginxQuestion("/zip/new.css", gzip, "If-None-Match: {etag}", meant: .dateIn304, status: 304),
            NginxQuestion("/zip/new.css", "If-None-Match: {etag}", meant: .dateIn304, status: 304),
            NginxQuestion("/zip/new.css", gzip, "If-None-Match: \"x\"", meant: .copyRanges),
            NginxQuestion("/text.txt", gzip),
        ]
    }

    private static var rules: [NginxQuestion] {
        [
            NginxQuestion("/listed/", meant: .list), NginxQuestion("/listed"),
            NginxQuestion("/listed/inner/", meant: .list),
            NginxQuestion("/listed/a%26b.txt"), NginxQuestion("/listed/missing"),
            NginxQuestion("/listed/.hidden", meant: .hiddenNames, status: 404),
            NginxQuestion("/cached/text.txt", "If-None-Match: {etag}", meant: .dateIn304),
            NginxQuestion("/cached/text.txt", "Range: bytes=0-1"), NginxQuestion("/cached/missing"),
            NginxQuestion("/pipe"),
        ]
    }
}
