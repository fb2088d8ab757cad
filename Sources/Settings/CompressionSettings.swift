import HTTP

/// What of the applications' answers is compressed, and how.
package struct CompressionSettings: Equatable, Sendable {
    /// The codings, the preferred one first; empty is off. Off by default: what a stranger's text stands in beside a secret gives
    /// the secret away by its length (BREACH).
    package var codings: [ContentCoding] = []
    /// Media types in lower case; `text/*` is all that begin so.
    package var types = CompressibleTypes.usual
    /// Octets; an answer that is known to be shorter would hardly become smaller.
    package var minimum: UInt64 = 1024
    /// 1 is quick, 9 is small.
    package var level = 4
    /// Answers of a worker at once; each holds an encoder's memory as long as its application sends.
    package var limit = 64

    package init() {}
}
