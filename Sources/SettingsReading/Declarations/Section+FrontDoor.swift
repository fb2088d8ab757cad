import ArgumentParser
import Settings

extension Section {
    static let frontDoor = Section(
        title: "Front door",
        note: """
            What keeps slow and numerous clients from holding what others need, beside the limits of time and size above. A \
            connection holds at the most a head (`--limit-request-head`), one receive of 64K behind it, and a body and an \
            answer of `--buffer-memory` each; all connections of a worker together hold `--worker-buffers`. \
            At `--worker-connections`, and where descriptors run out, the connection goes that has been idle for longest: \
            first kept ones, then those that have sent nothing for a second, then those that are longest in a head. Where none \
            can go, a new one is left to the workers that have room, and where none has any it is answered 503 with \
            Retry-After.
            """,
        declarations: [
            Declaration(
                "worker-connections", nil, "N", .number(1...1_000_000), \.workerConnections,
                """
                Connections of one worker; beyond it idle ones are closed, and where none is idle new ones are left to \
                other workers or answered 503. Never more than the limit of descriptors leaves room for. Stops floods of \
                connections from taking all memory and descriptors.
                """),
            Declaration(
                "body-rate", nil, "OCTETS", .octets(1...1 << 30, orZero: true), \.bodyRate,
                """
                Octets a second that a request body must arrive at; 0 is no limit. A client may be behind by \
                `--body-timeout`; then 408. Stops clients that drip a body (R.U.D.Y.).
                """),
            Declaration(
                "send-rate", nil, "OCTETS", .octets(1...1 << 30, orZero: true), \.sendRate,
                """
                Octets a second that a client must take while an answer waits for it; 0 is no limit. It may be \
                behind by `--send-timeout`; then it is cut off. The time in which an application has nothing to say does \
                not count. Stops clients that read in drips (Slow Read).
                """),
            Declaration(
                "address-connections", nil, "N", .number(0...65_535), \.addressConnections,
                """
                Connections of one client address to all workers together; 0 is no limit. Beyond it 503. \
                An IPv6 client is its network of 64 bits. Unix sockets and `--forwarded-allow-ips` are not counted: they \
                speak for many. Stops one client from taking all connections.
                """),
            Declaration(
                "pipeline-depth", nil, "N", .number(1...65_536), \.pipelineDepth,
                """
                Requests of one connection that are answered in a row before others get their turn. Stops \
                a client that sends thousands of requests in one packet from keeping everybody else waiting.
                """),
            Declaration(
                "worker-buffers", nil, "OCTETS", .octets(1 << 20...1 << 40), \.workerBuffers,
                """
                Memory of all buffers of one worker. Beyond it bodies and answers wait in temporary files whatever \
                `--buffer-memory` says, and new requests with a body get 503. Stops many slow clients from \
                taking all memory.
                """),
        ])
}

/// The options of ``Section/frontDoor``.
struct FrontDoorOptions: DeclaredOptions {
    @Option(declared: "worker-connections") var workerConnections: String?
    @Option(declared: "body-rate") var bodyRate: String?
    @Option(declared: "send-rate") var sendRate: String?
    @Option(declared: "address-connections") var addressConnections: String?
    @Option(declared: "pipeline-depth") var pipelineDepth: String?
    @Option(declared: "worker-buffers") var workerBuffers: String?
}
