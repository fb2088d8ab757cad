import ArgumentParser
import HTTP
import Octets
import Settings

extension Section {
    static let responses = Section(
        title: "Responses",
        note: "What is compressed, and what is not, is told in [responses.md](responses.md).",
        declarations: [
            Declaration(
                "server-header", nil, "TEXT", .serverField.orFalse, \.serverField,
                """
                `Server` of every answer; `off` sends none. An application's own takes its place. Keeps from \
                strangers which program answers, where that is wanted.
                """),
            Declaration(
                "compress", nil, "CODINGS", .choices(or: "off"), \.compression.codings, scope: .route,
                nothing: "off",
                """
                Content codings for applications' answers, the preferred one first: `br,gzip`, one of them, \
                or `off`. Where a page has a secret (a token against forged requests) beside text that a \
                stranger chooses, its compressed length gives the secret away bit by bit (BREACH): leave it off \
                for such routes, or have the application say `Content-Encoding: identity`.
                """, check: ContentCoding.requireDistinct),
            Declaration(
                "compress-types", nil, "TYPES", .mediaTypes, \.compression.types, scope: .route,
                """
                Media types that are compressed, with commas between them, repeatable; `text/*` is all that \
                begin so. What is compressed already (images, videos, archives) only costs time.
                """),
            Declaration(
                "compress-min-length", nil, "OCTETS", .octets(0...1 << 30), \.compression.minimum,
                scope: .route,
                "Octets of an answer below which it is sent as it is, where its length is known."),
            Declaration(
                "compress-level", nil, "N", .number(1...9), \.compression.level, scope: .route,
                """
                How hard is tried, from 1 (quick) to 9 (small), for both codings. A high one lets a few clients \
                take all processor time.
                """),
            Declaration(
                "compress-limit", nil, "N", .number(1...65_536), \.compression.limit,
                """
                Answers that a worker compresses at once; others are sent as they are. Each holds about 300 KB \
                with gzip, and up to 2.5 MB with brotli, as long as its application sends. Stops clients with many \
                streams from taking all memory.
                """),
            Declaration(
                "error-page", nil, "STATUS=FILE", .errorPage, \.errorPages, scope: .route,
                """
                Page in the place of the gateway's own for errors, repeatable: `404=404.html`, \
                `502,503,504=sorry.html`. Read at the start and at a reload, at most 1M.
                """, check: ErrorPage.requireDistinct),
            Declaration(
                "intercept-errors", of: \.interceptsErrors, scope: .route,
                """
                Put the pages of `--error-page` in the place of an application's error answers too. Its status \
                stays, and of its fields those that tell a client what to do.
                """),
        ])
}

/// The options of ``Section/responses``.
struct ResponseOptions: DeclaredOptions {
    @Option(declared: "server-header") var serverHeader: String?
    @Option(declared: "compress") var compress: [String] = []
    @Option(declared: "compress-types") var compressTypes: [String] = []
    @Option(declared: "compress-min-length") var compressMinLength: String?
    @Option(declared: "compress-level") var compressLevel: String?
    @Option(declared: "compress-limit") var compressLimit: String?
    @Option(declared: "error-page") var errorPage: [String] = []
    @Flag(declared: "intercept-errors") var interceptErrors: Bool?
}

extension ValueKind where Value == String {
    /// What may stand in Server (RFC 9110, §10.2.4), or `off`.
    static var serverField: Self {
        text("a text in ASCII without control characters, as 'gateway', or off") { text in
            text.first != " " && text.last != " " && !text.isEmpty
                // Whoever writes a boolean does not mean it to be sent.
                && !["true", "yes", "on"].contains(text.lowercased())
                && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        }
    }

    /// `type/subtype` or `type/*`, in lower case.
    static var mediaTypes: Self {
        var kind = text("media types without parameters, as text/html or text/*") { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2
                && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(ASCII.isToken) }
                && parts[0] != "*" && (parts[1] == "*" || !parts[1].contains("*"))
                && text == text.lowercased()
        }
        kind.form = .commaSeparated
        return kind
    }
}

extension ContentCoding {
    /// One that stands twice in a list was hardly meant.
    static func requireDistinct(_ codings: [ContentCoding]) throws(Refusal) {
        guard let twice = codings.duplicate else { return }
        throw .because("\(twice.rawValue) stands twice: keep one of them")
    }
}

extension ErrorPage {
    /// Of two pages for one status in one place the first would never be sent.
    static func requireDistinct(_ pages: [ErrorPage]) throws(Refusal) {
        guard let twice = pages.flatMap(\.statuses).duplicate else { return }
        throw .because("there are two pages for \(twice): keep one of them")
    }
}

extension Array where Element: Hashable {
    /// The first element that stands in the list already.
    fileprivate var duplicate: Element? {
        var seen: Set<Element> = []
        return first { !seen.insert($0).inserted }
    }
}

extension ValueKind where Value == ErrorPage {
    /// `STATUS[,STATUS…]=FILE`.
    static var errorPage: Self {
        Self(form: .assignedPath) { text throws(Refusal) in
            let parts = text.split(separator: "=", maxSplits: 1)
            let statuses = parts.first?.split(separator: ",", omittingEmptySubsequences: false).map {
                Int($0).flatMap { (400...599).contains($0) ? $0 : nil }
            }
            guard parts.count == 2, let statuses, !statuses.contains(nil) else {
                throw .write("STATUS=FILE with statuses from 400 to 599, as 502,503=sorry.html")
            }
            return ErrorPage(statuses: statuses.compactMap(\.self), path: String(parts[1]))
        } show: {
            $0.statuses.map(String.init).joined(separator: ",") + "=" + $0.path
        }
    }
}
