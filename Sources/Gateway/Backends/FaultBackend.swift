// While somebody develops (`--reload`), an application that does not start is answered for by the reason why.

import GatewayInterface
import Octets

/// Answers every request with the error that keeps the application from starting.
final class FaultBackend: Backend {
    private let page: String

    /// - Parameter text: The error, with the last lines of what the application said.
    init(_ text: String) {
        page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>The application does not start</title></head>
            <body><h1>The application does not start</h1><pre>\(text.htmlEscaped)</pre>
            <p>It is tried again when one of its files changes.</p></body></html>

            """
    }

    func serve(_ exchange: Exchange) {
        exchange.respond(Response(status: 500, page, contentType: "text/html; charset=utf-8"))
    }

    func isOut(_ exchange: Exchange) -> Bool { true }
    func refuse(_ exchange: Exchange) { serve(exchange) }
    func clientLeft(_ exchange: Exchange) {}
    func sweep(_ now: UInt64) {}
    func wake() {}
}
