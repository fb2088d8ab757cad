import ArgumentParser
import HTTP
import Octets
import Settings
import Syscalls

extension Section {
    static let files = Section(
        title: "Files",
        note:
            "For files of `static` routes and of PHP sites. [static-files.md](static-files.md) tells how they are served.",
        declarations: [
            Declaration(
                "index", nil, "NAME", .fileName, \.files.index,
                standard: "`index.html`, in a PHP site `index.php` before it", scope: .route,
                "File that stands for its folder, repeatable; the first one that is there."),
            Declaration(
                "autoindex", nil, of: \.files.isListing, scope: .route,
                """
                Lists folders that have no index file: names that do not begin with a dot, 1000 at the most, \
                so that no folder makes a page without end.
                """),
            Declaration(
                "follow-links", nil, "RULE", .choice.orFalse, \.files.links, scope: .route,
                """
                Symbolic links that are followed in folders of files and scripts: `owner` (those of root, and those \
                whose owner also owns what they lead to), `on` (all) or `off` (none). Stops somebody who may make links \
                in a folder from giving away what is another user's. The same holds for `root`, for folders of CGI \
                scripts, and for those of `x-sendfile-root` and `x-accel-root`.
                """),
            Declaration(
                "precompressed", nil, "CODINGS", .choices(or: "off"), \.files.precompressed, scope: .route,
                nothing: "off",
                """
                Sends `FILE.br` or `FILE.gz` in the place of `FILE` to clients that take it and where it is not \
                older: `br,gzip`, one of them, or `off`. Where a client takes both alike it gets `br`, which is \
                smaller. Answers then have `Vary: Accept-Encoding`.
                """, check: ContentCoding.requireDistinct),
            Declaration(
                "cache-control", nil, "VALUE", .fieldValue, \.files.cacheControl, scope: .route,
                "Value of Cache-Control in answers with files, as `public, max-age=3600`."),
            Declaration(
                "max-ranges", nil, "N", .number(0...100), \.files.maxRanges, scope: .route,
                """
                Ranges of a file that one request may ask for; with more it gets the whole file, with 0 always. \
                Stops a small request from causing a large answer of many small parts.
                """),
            Declaration(
                "mime-types", nil, "FILE", .path, \.mediaTypesFile,
                """
                File with media types and the ends of names that have them, as `/etc/mime.types`, at most 1M. What it \
                says wins over what is built in. Read at the start and at a reload, by the master.
                """),
        ])
}

/// The options of ``Section/files``.
struct FileOptions: DeclaredOptions {
    @Option(declared: "index") var index: [String] = []
    @Flag(declared: "autoindex") var autoindex: Bool?
    @Option(declared: "follow-links") var followLinks: String?
    @Option(declared: "precompressed") var precompressed: [String] = []
    @Option(declared: "cache-control") var cacheControl: String?
    @Option(declared: "max-ranges") var maxRanges: String?
    @Option(declared: "mime-types") var mimeTypes: String?
}

extension ValueKind where Value == String {
    /// The name of a file in whatever folder.
    static var fileName: Self {
        text("the name of a file, without a slash and without a dot before it") { text in
            !text.isEmpty && !text.hasPrefix(".") && !text.utf8.contains { $0 == ASCII.slash || $0 == 0 }
        }
    }

    /// What may stand in a header field.
    static var fieldValue: Self {
        text("the value of a header field, in printable characters") { text in
            text.utf8.allSatisfy(ASCII.isFieldValue) && text.utf8.contains { !ASCII.isBlank($0) }
        }
    }
}
