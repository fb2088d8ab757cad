// What a line of the access log can be made of. The one-letter names, and what they mean to the octet, are Gunicorn's; the
// long ones are the names of the JSON format too, and do not change.

import Octets

/// One value of a line.
enum LogAtom: UInt8, CaseIterable, Sendable {
    // MARK: Parts of a format that are no atoms by themselves

    /// Text of the format itself.
    case literal
    /// `{name}i`, `{name}o` and `{name}e`.
    case requestField, responseField, variable

    // MARK: The request

    case client, dash, user, commonTime, requestLine, method, path, query, proto
    case referer, userAgent
    case id, traceID, spanID, time, target, host, refusedLine, headReceived, bodyReceived, requestNumber

    // MARK: The answer

    case status, bodySent, ended
    case seconds, microseconds, milliseconds, decimalSeconds
    case queue, applicationHead, application, upstream, applicationTime

    // MARK: The process

    case process, pid, worker

    /// The atom of a name in a format.
    static func named(_ name: String) -> LogAtom? { names.first { $0.name == name }?.atom }

    /// All names, in the order of the documentation.
    static let names: [(name: String, atom: LogAtom)] =
        [
            ("h", .client), ("l", .dash), ("u", .user), ("t", .commonTime), ("r", .requestLine),
            ("m", .method),
            ("U", .path), ("q", .query), ("H", .proto), ("s", .status), ("B", .bodySent), ("b", .bodySent),
            ("f", .referer), ("a", .userAgent), ("T", .seconds), ("D", .microseconds), ("M", .milliseconds),
            ("L", .decimalSeconds), ("p", .process),
        ] + fields

    /// The long names, in the order of the JSON format.
    static let fields: [(name: String, atom: LogAtom)] = [
        ("time", .time), ("id", .id), ("trace_id", .traceID), ("span_id", .spanID), ("client", .client),
        ("user", .user), ("method", .method), ("target", .target), ("protocol", .proto), ("host", .host),
        ("refused_line", .refusedLine), ("status", .status), ("ended", .ended),
        ("head_received", .headReceived),
        ("body_received", .bodyReceived), ("body_sent", .bodySent), ("duration_us", .microseconds),
        ("queue_us", .queue), ("application_head_us", .applicationHead),
        ("application_us", .applicationTime), ("application", .application), ("upstream", .upstream),
        ("referer", .referer), ("user_agent", .userAgent), ("request_number", .requestNumber),
        ("worker", .worker), ("pid", .pid),
    ]

    /// What has to be noted of a request for the atom.
    var needs: LogNeeds {
        switch self {
        case .seconds, .microseconds, .milliseconds, .decimalSeconds, .queue, .applicationHead,
            .applicationTime:
            LogNeeds(times: true)
        case .application, .upstream: LogNeeds(upstream: true)
        case .responseField: LogNeeds(responseFields: true)
        default: LogNeeds()
        }
    }
}

/// What is noted of a request only where a format asks for it.
package struct LogNeeds: Equatable, Sendable {
    /// When things have happened: each is a look at the clock.
    package var times = false
    /// Who has answered.
    package var upstream = false
    /// Fields of the response.
    package var responseFields = false

    package init(times: Bool = false, upstream: Bool = false, responseFields: Bool = false) {
        self.times = times
        self.upstream = upstream
        self.responseFields = responseFields
    }

    mutating func add(_ other: LogNeeds) {
        times = times || other.times
        upstream = upstream || other.upstream
        responseFields = responseFields || other.responseFields
    }
}

/// How an answer came to its end.
package enum RequestEnding: UInt8, CaseIterable, Sendable {
    /// The answer is whole, whatever its status.
    case complete
    /// The client closed or reset the connection.
    case client
    /// The client did not send its request, or did not take its answer, in time.
    case timeout
    /// The application broke its answer off.
    case application
    /// The gateway lost the answer: its disk is full.
    case gateway
    /// The gateway was stopped, and did not wait for the request.
    case stopped
    /// The worker crashed or was killed.
    case worker

    /// The word in the log.
    package var word: StaticString {
        switch self {
        case .complete: "complete"
        case .client: "client"
        case .timeout: "timeout"
        case .application: "application"
        case .gateway: "gateway"
        case .stopped: "stopped"
        case .worker: "worker"
        }
    }
}
