// Where we mean to answer differently from nginx, and why. docs/static-files.md has a line for each of them, by its name.

/// What of an answer is compared.
enum AnswerAspect: Hashable, CaseIterable {
    case status, body, length, range, type, coding, vary, modified, tag, ranges, location, allow, cacheControl
}

/// A difference that is meant.
enum NginxDifference: String, CaseIterable {
    /// Names that begin with a dot are not there, but for `/.well-known/`.
    case hiddenNames = "hidden names"
    /// A folder without an index file is not there; nginx says 403, or redirects to where it says so.
    case noIndex = "no index"
    /// More types are known: gzip has been one since 2012.
    case types
    /// 405 says in Allow what is possible, as RFC 9110, §15.5.6, demands.
    case allow = "Allow"
    /// OPTIONS is answered.
    case options = "OPTIONS"
    /// Whatever the method, what is not there is 404.
    case missingFirst = "404 before 405"
    /// A folder without its slash is redirected for every method.
    case folderMethods = "redirect for every method"
    /// A Range that cannot be read is ignored, as §14.2 says; nginx answers 416.
    case malformedRange = "malformed Range"
    /// Of an empty file there is no range.
    case emptyFile = "ranges of an empty file"
    /// Parts that overlap or touch are sent as one.
    case joinedParts = "joined parts"
    /// A range is ignored with HEAD (§14.2).
    case headRange = "Range with HEAD"
    /// Dates are compared, not only looked for (§13.1.3).
    case laterDate = "later date"
    /// An If-Unmodified-Since that is no date does not count (§13.1.4); nginx takes it for the oldest one.
    case noDate = "no date"
    /// If-None-Match counts alone where both are sent (§13.2.2).
    case tagBeforeDate = "tag before date"
    /// If-Match counts alone where both are sent (§13.2.2).
    case matchBeforeDate = "If-Match before date"
    /// A 304 with a tag has no Last-Modified (§15.4.5).
    case dateIn304 = "Last-Modified in 304"
    /// Every answer of a route with copies has Vary, whether there is a copy or not.
    case vary = "Vary always"
    /// A copy that is older than the file is not sent.
    case staleCopy = "old copies"
    /// A copy without the file itself is nothing.
    case copyAlone = "copy alone"
    /// `*` in Accept-Encoding stands for gzip.
    case star = "Accept-Encoding: *"
    /// A copy has ranges as every file has.
    case copyRanges = "ranges of copies"
    /// The page of a list is another one.
    case list = "list"

    /// What it may change.
    var aspects: Set<AnswerAspect> {
        switch self {
        case .hiddenNames, .copyAlone: Set(AnswerAspect.allCases)
        case .noIndex: [.status, .location]
        case .missingFirst: [.status, .allow]
        case .types: [.type]
        case .allow: [.allow]
        case .options: [.status, .allow]
        case .folderMethods: [.status, .location]
        case .malformedRange, .emptyFile, .headRange:
            [.status, .body, .length, .range, .type, .modified, .tag, .ranges]
        case .joinedParts: [.body, .length, .range, .type]
        case .laterDate, .noDate, .tagBeforeDate, .matchBeforeDate:
            [.status, .body, .length, .type, .modified, .ranges, .tag]
        case .dateIn304: [.modified]
        case .vary: [.vary]
        case .staleCopy, .star: [.body, .length, .coding, .ranges, .modified]
        case .copyRanges: [.status, .body, .length, .range, .type, .coding, .modified, .tag, .ranges, .vary]
        case .list: [.body, .length]
        }
    }
}
