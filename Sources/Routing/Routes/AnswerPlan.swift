// What a route does with answers beside passing them on: as a plan, which crosses the fork, and as workers ask for it.

import HTTP
import Octets
import Settings

/// What a route does with answers, beside passing them on. A plain value, made before the fork.
package struct AnswerPlan: Equatable, Sendable {
    /// What is compressed; no coding is none.
    package var compression = CompressionSettings()
    /// Pages for errors; of two for one status the later one counts.
    package var pages: [ErrorPage] = []
    /// Whether an application's error answers get them too.
    package var interceptsErrors = false

    /// Nothing but passing on.
    package init() {}

    package init(_ settings: Settings) {
        compression = settings.compression
        pages = settings.errorPages
        interceptsErrors = settings.interceptsErrors
    }
}

/// What a route compresses, as workers ask for it.
package final class CompressionPolicy: Sendable {
    /// The preferred one first.
    package let codings: [ContentCoding]
    package let minimum: UInt64
    package let level: Int
    private let types: CompressibleTypes

    /// - Returns: `nil` where nothing is compressed.
    package init?(_ settings: CompressionSettings) {
        guard !settings.codings.isEmpty else { return nil }
        codings = settings.codings
        minimum = settings.minimum
        level = settings.level
        types = CompressibleTypes(settings.types)
    }

    /// Whether a body of a type is compressed.
    ///
    /// - Parameter contentType: With parameters or without, in any case.
    package func wants(_ contentType: UnsafeBufferPointer<UInt8>) -> Bool { types.contains(contentType) }
}

/// The pages of a route for errors, as workers ask for them.
package final class ErrorPages: Sendable {
    /// One of them.
    package struct Page: Sendable {
        package let text: [UInt8]
        package let type: [UInt8]
    }

    /// Whether they stand in for an application's error answers too.
    package let interceptsErrors: Bool
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
    package subscript(status: Int) -> Page? { (400..<600).contains(status) ? pages[status - 400] : nil }
}
