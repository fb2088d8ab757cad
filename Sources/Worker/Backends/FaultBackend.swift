// An application that does not start is answered for: while somebody develops (`--reload`) by the reason why, and else, where
// it is one of several, as any other that is not running.

import GatewayInterface
import Octets

/// Answers every request in the place of an application that does not start.
final class FaultBackend: Backend {
    /// `nil` where clients are not to see the reason.
    private let page: String?

    /// Answers with the reason, on a page that asks again each second: it becomes the application once that starts.
    ///
    /// - Parameter text: The error, with the last lines of what the application said.
    init(_ text: String) {
        page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">
            <title>The application does not start</title></head>
            <body><h1>The application does not start</h1><pre>\(text.htmlEscaped)</pre>
            <p>It is tried again when one of its files changes, and this page with it.</p></body></html>

            """
    }

    /// Answers 503.
    init() { page = nil }

    func serve(_ exchange: Exchange) {
        guard let page else {
            return exchange.fail(status: 503, "The application is not running.", retryAfter: 5)
        }
        exchange.respond(Response(status: 500, page, contentType: "text/html; charset=utf-8"))
    }

    func isOut(_ exchange: Exchange) -> Bool { true }
    func refuse(_ exchange: Exchange) { serve(exchange) }
    func clientLeft(_ exchange: Exchange) {}
    func sweep(_ now: UInt64) {}
    func wake() {}
}
