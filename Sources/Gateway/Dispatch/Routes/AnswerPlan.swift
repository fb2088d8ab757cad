// What a route does with answers beside passing them on: as a plan, which crosses the fork, and as workers ask for it.

import HTTP
import Octets

/// What a route does with answers, beside passing them on. A plain value, made before the fork.
struct AnswerPlan: Equatable, Sendable {
    /// What is compressed; no coding is none.
    var compression = CompressionSettings()
    /// Pages for errors; of two for one status the later one counts.
    var pages: [ErrorPage] = []
    /// Whether an application's error answers get them too.
    var interceptsErrors = false

    /// Nothing but passing on.
    init() {}

    init(_ settings: Settings) {
        compression = settings.compression
        pages = settings.errorPages
        interceptsErrors = settings.interceptsErrors
    }
}

/// What a route compresses, as workers ask for it.
final class CompressionPolicy: Sendable {
    /// The preferred one first.
    let codings: [ContentCoding]
    let minimum: UInt64
    let level: Int
    private let types: CompressibleTypes

    /// - Returns: `nil` where nothing is compressed.
    init?(_ settings: CompressionSettings) {
        guard !settings.codings.isEmpty else { return nil }
        codings = settings.codings
        minimum = settings.minimum
        level = settings.level
        types = CompressibleTypes(settings.types)
    }

    /// Whether a body of a type is compressed.
    ///
    /// - Parameter contentType: With parameters or without, in any case.
    func wants(_ contentType: UnsafeBufferPointer<UInt8>) -> Bool { types.contains(contentType) }
}

/// The pages of a route for errors, as workers ask for them.
final class ErrorPages: Sendable {
    /// One of them.
    struct Page: Sendable {
        let text: [UInt8]
        let type: [UInt8]
    }

    /// Whether they stand in for an application's error answers too.
    let interceptsErrors: Bool
    /// By the status, from 400 on.
    private let pages: [Page?]

    /// - Returns: `nil` where there is none.
    init?(_ plan: AnswerPlan, types: MediaTypes = .builtin) {
        guard !plan.pages.isEmpty else { return nil }
        interceptsErrors = plan.interceptsErrors
        var pages = [Page?](repeating: nil, count: 200)
        for page in plan.pages {
            let path = Array(page.path.utf8)
            var type = ByteBuffer(capacity: 64)
            types.append(path.withUnsafeBufferPointer { types.type(of: $0) }, to: &type)
            for status in page.statuses {
                pages[status - 400] = Page(text: page.text, type: Array(type.bytes))
            }
        }
        self.pages = pages
    }

    /// The page for a status.
    subscript(status: Int) -> Page? { (400..<600).contains(status) ? pages[status - 400] : nil }
}
