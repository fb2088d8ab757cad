// Server-sent events (HTML, §9.2): a stream of small texts that a browser's EventSource reads, and comes back to when it breaks.

extension Response {
    /// A response of server-sent events. It ends with `produce`, when the client leaves, or when the worker does: a client comes back by
    /// itself, with the id of the last event that it has seen in `HTTP_LAST_EVENT_ID`.
    ///
    /// - Parameters:
    ///   - fields: Header fields beside Content-Type and Cache-Control.
    ///   - produce: Writes the events. It runs as a task on the worker's event loop.
    public static func events(
        fields: ResponseFields = [], _ produce: @escaping @Sendable (EventWriter) async throws -> Void
    ) -> Response {
        var all: ResponseFields = [.contentType: "text/event-stream", .cacheControl: "no-cache"]
        all += fields
        let stream = ResponseStream(isEndless: true) { try await produce(EventWriter($0)) }
        return Response(fields: all, body: .stream(stream))
    }
}

/// Where server-sent events are written.
public struct EventWriter: Sendable {
    private let writer: ResponseWriter

    init(_ writer: ResponseWriter) { self.writer = writer }

    /// Sends an event.
    ///
    /// - Parameters:
    ///   - data: Its text; it may have several lines.
    ///   - event: Its type; `message` for the client where it is `nil`. Of it and of the id only the first line counts.
    ///   - id: What the client says when it comes back.
    /// - Throws: ``ClientLeft``.
    public func send(_ data: String, event: String? = nil, id: String? = nil) async throws {
        try await writer.write(Self.encoded(data, event: event, id: id))
    }

    /// Sends a line that the client overlooks. Proxies close what is silent for a minute, and a client that has left is found out by it.
    public func comment(_ text: String = "") async throws {
        try await writer.write(": \(Self.firstLine(text))\n\n")
    }

    /// Tells the client how long to wait before it comes back.
    public func retry(milliseconds: Int) async throws { try await writer.write("retry: \(milliseconds)\n\n") }

    /// An event as it travels.
    static func encoded(_ data: String, event: String?, id: String?) -> String {
        var text = ""
        if let event { text += "event: \(firstLine(event))\n" }
        // An id with a NUL is none (§9.2.6).
        if let id, !id.utf8.contains(0) { text += "id: \(firstLine(id))\n" }
        for line in lines(data) { text += "data: \(line)\n" }
        return text + "\n"
    }

    /// Lines end with LF, CR or CRLF, and each is a field of its own: otherwise a text could make up events.
    private static func lines(_ text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    }

    private static func firstLine(_ text: String) -> Substring {
        lines(text).first ?? ""
    }
}
