import HTTP

/// What of the applications' answers is compressed, and how.
struct CompressionSettings: Equatable, Sendable {
    /// The codings, the preferred one first; empty is off. Off by default: what a stranger's text stands in beside a secret gives
    /// the secret away by its length (BREACH).
    var codings: [ContentCoding] = []
    /// Media types in lower case; `text/*` is all that begin so.
    var types = [
        "text/html", "text/css", "text/plain", "text/javascript", "text/xml", "text/csv", "text/markdown",
        "application/javascript", "application/json", "application/ld+json", "application/manifest+json",
        "application/xml", "application/xhtml+xml", "application/rss+xml", "application/atom+xml",
        "image/svg+xml",
    ]
    /// Octets; an answer that is known to be shorter would hardly become smaller.
    var minimum: UInt64 = 1024
    /// 1 is quick, 9 is small.
    var level = 4
    /// Answers of a worker at once; each holds an encoder's memory as long as its application sends.
    var limit = 64
}
