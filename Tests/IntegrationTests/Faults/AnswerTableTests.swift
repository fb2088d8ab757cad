// The table of docs/applications-say.md, row by row: what other servers do with such answers differs, and some make them look
// fine. Each row here has the words of the document and the misbehaviours that show it.

import Testing

@Suite("What applications say, and what becomes of it", .serialized)
struct AnswerTableTests {
    private static let rows: [(words: String, outcomes: Set<String>, paths: [String])] = [
        (
            "text without header fields; no blank line; a control character or a space in a field name",
            ["502"],
            [
                "/head-text", "/head-no-blank-line", "/head-name-with-control", "/head-name-with-space",
                "/head-name-then-space", "/head-value-with-nul", "/head-folded-by-space",
            ]
        ),
        ("`Status: abc`, `Status: 99`", ["502"], ["/head-status-word", "/head-status-99"]),
        (
            "`Location:` without Status", ["200", "302"],
            ["/location-inside", "/location-away", "/location-step-10", "/location-relative"]
        ),
        (
            "an 11th internal redirect, or one to what is no path", ["502"],
            ["/location-step-11", "/location-no-escape"]
        ),
        (
            "204, 304 or an answer to HEAD with a body", ["204", "304", "200"],
            ["/no-content", "/not-modified", "/head-with-body"]
        ),
        (
            "a body shorter than its Content-Length", ["cut"],
            ["/too-short", "/too-short-by-one", "/cut-with-length"]
        ),
        ("a body longer than its Content-Length", ["200"], ["/too-long", "/too-long-by-megabytes"]),
        (
            "`Content-Length: abc`, or two that differ", ["502"],
            ["/head-length-word", "/head-lengths-differ"]
        ),
        (
            "Transfer-Encoding, Connection and other hop-by-hop fields", ["200"],
            ["/hop-by-hop", "/transfer-encoding-and-length"]
        ),
        (
            "the end of the connection before any octet; CANT_MPX_CONN, UNKNOWN_ROLE", ["502"],
            ["/close-before-answer", "/end-without-answer", "/cannot-multiplex", "/unknown-role"]
        ),
        (
            "a malformed end in the same packet as a body without a length", ["502"],
            ["/end-short", "/end-long", "/cannot-multiplex-after-answer", "/end-short-old-client"]
        ),
        (
            "a malformed end behind a complete body", ["200"],
            ["/end-short-after-length", "/end-short-after-length-later", "/close-after-length"]
        ),
        ("OVERLOADED", ["503"], ["/overloaded", "/early-overload"]),
        (
            "a cut in the middle of a record before the head is complete", ["502"],
            ["/cut-in-header", "/cut-in-content", "/cut-in-padding", "/close-in-head"]
        ),
        (
            "a cut in the middle of a record after the head", ["cut"],
            ["/cut-in-content-after-head", "/cut-in-header-after-head", "/close-in-body"]
        ),
        (
            "stderr in the middle, one octet at a time, 255 octets of padding, records of 65 535 octets",
            ["200"],
            ["/stderr-between", "/octet-a-write", "/padding-255", "/record-65535"]
        ),
        ("a head of 20 KB, or up to 64 KB", ["200"], ["/head-of-20-kilobytes", "/head-of-the-limit"]),
        ("a head of more than 64 KB", ["502"], ["/head-larger-by-one", "/head-flood"]),
        ("`Status: 101` and all other 1xx but 103", ["502"], ["/head-status-101", "/head-status-100"]),
        (
            "records with the id of another request", ["502", "cut-or-502"],
            ["/stray-stdout-before", "/stray-stdout-between"]
        ),
        (
            "an answer before it has read a large upload", ["200"],
            ["/early", "/early-after-half", "/early-reset"]
        ),
    ]

    @Test("Each row of the table", .timeLimit(.minutes(5)))
    func table() throws {
        let document = TextFile.read(Build.application("../../../docs/applications-say.md"))
        try withGateway("exec:python3 \(Build.application("misbehaving/main.py"))") { gateway in
            let known = try Misbehaviour.all("quick", of: gateway)
            for row in Self.rows {
                #expect(document.contains("| \(row.words) |"), "the document has no row '\(row.words)'")
                var outcomes: Set<String> = []
                for path in row.paths {
                    let behaviour = try #require(known.first { $0.path == path }, "\(path)")
                    let client = try gateway.connect()
                    behaviour.ask(client)
                    try behaviour.check(client)
                    outcomes.insert(behaviour.expected.last ?? "")
                }
                #expect(outcomes == row.outcomes, "\(row.words)")
            }
        }
    }
}
