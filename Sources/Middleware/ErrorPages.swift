// Pages for what goes wrong, made in one place: for errors that handlers throw, and for answers that have a status and no words.

import GatewayInterface
import Octets

/// What an error page is to tell.
public struct ErrorReport: Sendable {
    /// What was asked.
    public let request: Request
    /// 400…999.
    public let status: HTTPResponse.Status
    /// For the client: what an ``HTTPError`` says, or the reason phrase of the status.
    public let message: String
    /// What went wrong, for whoever develops the program; `nil` for everybody else (``GatewayInterface/Environ/showsErrors``). It is
    /// text, and has to be escaped in HTML.
    public let details: String?
}

/// Makes a page for each error that the application throws, and for each answer from 400 on that has no body.
///
///     application.with(errorPages { report in
///         Response("\(report.status.code): \(report.message)\n")
///     })
///
/// The page is sent with the status of the error, whatever its own is, and with the error's own fields beside it, as
/// `WWW-Authenticate`. An error that says itself what is to be answered, as ``HTTPError`` does, keeps its status; any other
/// is 500. What is 500 or more stands in the log. That a client has left, or a task was cancelled, gets no page.
///
/// - Parameter page: Makes the page. Where it throws itself that stands in the log, and the client gets the message as text.
public func errorPages(_ page: @escaping @Sendable (ErrorReport) throws -> Response) -> Middleware {
    let maker = PageMaker(page: page)
    return { application in
        application.recovering { request, error in
            if error is CancellationError || error is ClientLeft { throw error }
            return maker.answer(to: error, request)
        }.around(after: { request, response in
            guard response.status.code >= 400, response.body.bytes?.isEmpty == true else { return }
            response = maker.page(for: response, nil, nil, request)
        })
    }
}

/// The same with plain pages in HTML.
public func errorPages() -> Middleware {
    errorPages { report in
        let title = "\(report.status.code) \(report.status.reasonPhrase)"
        let details = report.details.map { "<pre>\($0.htmlEscaped)</pre>\n" } ?? ""
        return Response(
            """
            <!DOCTYPE html>
            <html><head><meta charset="utf-8"><title>\(title)</title></head>
            <body><h1>\(title)</h1>
            <p>\(report.message.htmlEscaped)</p>
            \(details)</body></html>

            """, contentType: "text/html; charset=utf-8")
    }
}

private struct PageMaker: Sendable {
    let page: @Sendable (ErrorReport) throws -> Response

    func answer(to error: any Error, _ request: Request) -> Response {
        let answer = (error as? any AnsweringError)?.answer
        let status = answer?.status ?? .internalServerError
        if status.code >= 500 { request.logger.error("the application failed: \(error)") }
        // Such as a redirect: it is no error for whoever asks.
        if let answer, status.code < 400 { return answer }
        let message: String? =
            switch error {
            case let error as HTTPError: error.message
            case is any AnsweringError: answer?.body.bytes.map { String(decoding: $0, as: UTF8.self) }
            default: "The application failed."
            }
        return page(for: answer ?? Response(status: status), message, "\(error)", request)
    }

    /// The page in the place of an answer.
    func page(for answer: Response, _ message: String?, _ details: String?, _ request: Request) -> Response {
        let report = ErrorReport(
            request: request, status: answer.status, message: message ?? answer.status.reasonPhrase,
            details: request.environ.showsErrors ? details : nil)
        var response: Response
        do { response = try page(report) } catch {
            request.logger.error("the page for \(answer.status.code) failed: \(error)")
            response = Response(report.message + "\n")
        }
        response.status = answer.status
        let own = response.fields
        for field in answer.fields where own[field.name] == nil && !isAboutBody(field.name) {
            response.fields.append(field.name, field.value)
        }
        return response
    }

    /// Whether a field speaks about the body that the page replaces.
    private func isAboutBody(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("content-") || ["etag", "last-modified", "accept-ranges"].contains(name)
    }
}
