// Forms, query items and cookies of a request, by the readers of Forms/.

extension Environ {
    /// The items of `QUERY_STRING`, decoded: `environ.queryItems["name"]`.
    public var queryItems: FormItems {
        withBytes(of: "QUERY_STRING") { $0.map { FormItems(query: $0) } ?? FormItems() }
    }

    /// The cookies that the client has sent: `environ.cookies["session"]`.
    public var cookies: Cookies {
        withBytes(of: "HTTP_COOKIE") { $0.map { Cookies($0) } ?? Cookies("") }
    }
}

extension Request {
    /// The form that the request brings, its fields and its files, whichever of the two media types it has.
    ///
    /// - Parameter limit: Octets of the whole body. For larger ones there is ``parts(limits:)``.
    /// - Throws: A ``FormError`` or a ``RequestBodyError``: left alone, they are answered with 400, 413 or 415.
    public func form(limit: Int = 1 << 20) throws -> Form {
        try Form(contentType: environ.contentType, body: body.readAll(limit: limit), limit: limit)
    }

    /// The form that the request brings, its fields and its files, whichever of the two media types it has.
    ///
    /// - Parameter limit: Octets of the whole body. For larger ones there is ``parts(limits:)``.
    /// - Throws: A ``FormError`` or a ``RequestBodyError``: left alone, they are answered with 400, 413 or 415.
    public func form(limit: Int = 1 << 20) async throws -> Form {
        try Form(contentType: environ.contentType, body: await body.readAll(limit: limit), limit: limit)
    }

    /// The parts of a multipart form, one after another, as they come: a large file is never in memory as a whole.
    ///
    /// - Throws: A ``FormError`` where the body is none.
    public func parts(limits: MultipartLimits = MultipartLimits()) throws -> MultipartReader {
        let body = body
        return try MultipartReader(contentType: environ.contentType, limits: limits) { try await body.read() }
    }

    /// The same for a handler that may block.
    ///
    /// - Throws: A ``FormError`` where the body is none.
    public func blockingParts(limits: MultipartLimits = MultipartLimits()) throws -> BlockingMultipartReader {
        let body = body
        return try BlockingMultipartReader(contentType: environ.contentType, limits: limits) {
            try body.read()
        }
    }
}

extension FormError: AnsweringError {
    /// What is wrong, with the status that fits.
    public var answer: Response { HTTPError(.init(code: status), "\(self)").answer }
}

extension Response {
    /// Has the client remember a cookie.
    ///
    /// - Throws: ``SetCookieError`` where its name or value cannot be sent.
    public mutating func set(_ cookie: SetCookie) throws(SetCookieError) {
        fields.append(.setCookie, try cookie.fieldValue())
    }
}
