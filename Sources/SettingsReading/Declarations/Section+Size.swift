import ArgumentParser
import HTTP
import Settings

extension Section {
    static let size = Section(
        title: "Size",
        note: "Octets may be written with `K`, `M` or `G`, for their multiples by 1024: `64K`, `10M`, `1G`.",
        declarations: [
            Declaration(
                "queue-size", nil, "N", .number(0...1_000_000), \.queueSize, scope: .application,
                """
                Requests of one worker that wait for a free application process; beyond it 503 at once. Keeps \
                the wait of those in the queue bounded.
                """),
            Declaration(
                "limit-request-line", nil, "OCTETS", .octets(64...1 << 20), \.requestLimits.requestLine,
                "Octets of a request line; beyond it 414."),
            Declaration(
                "limit-request-fields", nil, "N", .number(1...32_768), \.requestLimits.fieldCount,
                "Header fields; beyond it 431. Stops floods of tiny fields."),
            Declaration(
                "limit-request-field-size", nil, "OCTETS", .octets(64...1 << 20), \.requestLimits.fieldLine,
                "Octets of one header field; beyond it 431."),
            Declaration(
                "limit-request-head", nil, "OCTETS", .octets(256...16 << 20), \.requestLimits.head,
                """
                Octets of the whole head; beyond it 431. Bounds the memory of a connection that dribbles its \
                head.
                """),
            Declaration(
                "limit-request-body", nil, "OCTETS", .octets(1...1 << 50).orUnlimited(Settings.noBodyLimit),
                \.bodyLimit, scope: .route,
                """
                Octets of a request body; beyond it 413. 0 is no limit, as nginx has it, which the log says. Stops \
                clients from filling the disk.
                """),
            Declaration(
                "buffer-memory", nil, "OCTETS", .octets(0...1 << 30), \.bufferMemory, scope: .route,
                """
                Octets of a body, or of an answer that its client does not take, that are kept in memory; more \
                goes to an unlinked temporary file.
                """),
            Declaration(
                "buffer-limit", nil, "OCTETS", .octets(65_536...1 << 40), \.bufferLimit, scope: .route,
                """
                Octets of an answer that wait for a slow client in all; then the application waits. Stops slow \
                readers from filling the disk.
                """),
            Declaration(
                "temporary-limit", nil, "OCTETS", .octets(1 << 20...1 << 50, orZero: true), \.temporaryLimit,
                """
                Octets of all temporary files of the gateway together; 0 is no limit. Beyond it, as on a full disk, an \
                application waits for the slow reader of its response, and a request body that does not fit in memory \
                gets 507. Stops many clients from filling the disk.
                """),
            Declaration(
                "stream-request-body", of: \.streamsRequestBody, scope: .route,
                """
                Gives an application the body of a request as it comes, and not when all of it is there: for large \
                uploads, and for applications that answer while they read. A slow client then holds an application \
                process. Bodies that come without Content-Length are kept until they are whole all the same, unless an \
                asynchronous handler in Swift reads them; those for blocking ones are always kept.
                """),
        ])
}

/// The options of ``Section/size``.
struct SizeOptions: DeclaredOptions {
    @Option(declared: "queue-size") var queueSize: String?
    @Option(declared: "limit-request-line") var limitRequestLine: String?
    @Option(declared: "limit-request-fields") var limitRequestFields: String?
    @Option(declared: "limit-request-field-size") var limitRequestFieldSize: String?
    @Option(declared: "limit-request-head") var limitRequestHead: String?
    @Option(declared: "limit-request-body") var limitRequestBody: String?
    @Option(declared: "buffer-memory") var bufferMemory: String?
    @Option(declared: "buffer-limit") var bufferLimit: String?
    @Option(declared: "temporary-limit") var temporaryLimit: String?
    @Flag(declared: "stream-request-body") var streamRequestBody: Bool?
}
