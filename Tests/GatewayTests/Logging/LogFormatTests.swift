import Testing
@testable import Logs
@testable import Settings

@Suite("Formats of the access log")
struct LogFormatTests {
    @Test("The names stand for what they stand for elsewhere")
    func names() throws {
        let request = LoggedRequest()
        let time = #/\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\]/#
        let common = #"192.0.2.7 - - T "GET /a%20b?q=1 HTTP/1.1" 200 12"#
        #expect(try request.text("common").replacing(time, with: "T") == common)
        #expect(
            try request.text("combined").replacing(time, with: "T") == common + #" "http://x/" "one two""#)
    }

    @Test(
        "Every atom",
        arguments: [
            ("h", "192.0.2.7"), ("l", "-"), ("u", "-"), ("r", "GET /a%20b?q=1 HTTP/1.1"), ("m", "GET"),
            ("U", "/a b"), ("q", "q=1"), ("H", "HTTP/1.1"), ("s", "200"), ("B", "12"), ("b", "12"),
            ("f", "http://x/"), ("a", "one two"), ("T", "61"), ("M", "61002"), ("D", "61002003"),
            ("L", "61.002003"), ("p", "<4711>"), ("{host}i", "a.example"), ("{User-Agent}i", "one two"),
            ("{content-type}i", "text/plain"), ("{none}i", "-"), ("{Content-Type}o", "a/b"),
            ("{set-cookie}o", "2"), ("{none}o", "-"), ("{request_method}e", "GET"), ("{SCRIPT_NAME}e", "-"),
            ("{none}e", "-"), ("id", "00c0ffee00c0ffee"), ("client", "192.0.2.7"), ("user", "-"),
            ("trace_id", "0af7651916cd43dd8448eb211c80319c"), ("span_id", "b7ad6b7169203331"),
            ("method", "GET"), ("target", "/a%20b?q=1"), ("protocol", "HTTP/1.1"), ("host", "a.example"),
            ("refused_line", "-"), ("status", "200"), ("ended", "complete"), ("head_received", "345"),
            ("body_received", "67"), ("body_sent", "12"), ("duration_us", "61002003"), ("queue_us", "40"),
            ("application_head_us", "50"), ("application_us", "60"), ("application", "wsgi:app"),
            ("upstream", "process 2"), ("referer", "http://x/"), ("user_agent", "one two"),
            ("request_number", "3"), ("worker", "4"), ("pid", "4711"),
        ])
    func atoms(_ name: String, _ expected: String) throws {
        #expect(try LoggedRequest().text("<\"%(\(name))s\">") == "<\"\(expected)\">")
        // Nothing may be said of a request that is not known.
        let refused = try LoggedRequest(refused: []).text("\"%(\(name))s\"")
        let known = [
            "s", "status", "b", "B", "body_sent", "body_received", "p", "pid", "worker", "ended", "q",
        ]
        if !known.contains(name) { #expect(refused == "\"-\"") }
    }

    @Test("Every name has been tried above, or is a time")
    func complete() throws {
        #expect(Set(LogAtom.names.map(\.name)).count == LogAtom.names.count)
        let named = Set(LogAtom.names.map(\.atom.rawValue))
        let unnamed = LogAtom.allCases.filter { !named.contains($0.rawValue) }
        #expect(unnamed == [.literal, .requestField, .responseField, .variable])
        #expect(try LoggedRequest().text("%(time)s").contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/#))
    }

    @Test("Percent signs, both endings, and text around")
    func text() throws {
        let request = LoggedRequest()
        #expect(try request.text("100%% %(s)d|%(m)s%(m)s é") == "100% 200|GETGET é")
        #expect(try request.text("%(T)s") == "61")
    }

    @Test(
        "What is no format is refused in words",
        arguments: [
            ("", "it is none of combined, common and json, and has no %(ATOM)s in it"),
            ("combine", "it is none of combined, common and json, and has no %(ATOM)s in it"),
            ("$remote_addr", "atoms are Gunicorn's, as %(h)s, and not nginx's"),
            ("%(z)s", "there is no atom 'z' (docs/access-log.md lists them)"),
            ("%(targte)s", "there is no atom 'targte': is 'target' meant?"),
            ("%(bodysent)s", "there is no atom 'bodysent': is 'body_sent' meant?"),
            ("%(h)", "'%(h)' has no 's' behind it: write %(h)s"),
            ("%(h)x", "'%(h)' has no 's' behind it: write %(h)s"),
            ("%(h", "'%(h' is no atom: write %(ATOM)s, and %% for a percent sign"),
            ("%h and more", "'%h' is no atom: write %(ATOM)s, and %% for a percent sign"),
            ("100%", "'%' is no atom: write %(ATOM)s, and %% for a percent sign"),
            ("%({a}x)s", "there is no atom '{a}x': write {a}i, {a}o or {a}e"),
            ("%({}i)s", "'%({}i)s' names no field"), ("%({a b}i)s", "'%({a b}i)s' names no field"),
            ("%({a}io)s", "there is no atom '{a}io' (docs/access-log.md lists them)"),
            ("%(h)s\n%(s)s", "it has a control character in it"),
        ])
    func faults(_ text: String, _ message: String) {
        let fault = #expect(throws: LogFormat.Fault.self) { _ = try LogFormat(text) }
        #expect(fault?.message == message)
    }

    @Test(
        "Only what a format asks for is noted",
        arguments: [
            ("combined", LogNeeds(), 0), ("json", LogNeeds(times: true, upstream: true), 0),
            ("%(D)s", LogNeeds(times: true), 0), ("%(upstream)s", LogNeeds(upstream: true), 0),
            ("%({a}o)s%({B}o)s", LogNeeds(responseFields: true), 2),
        ] as [(String, LogNeeds, Int)])
    func needs(_ text: String, _ needs: LogNeeds, _ fields: Int) throws {
        let format = try LogFormat(text)
        #expect(format.needs == needs && format.responseFields.count == fields)
    }

    @Test("A setting that is no format is one line")
    func setting() {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try readSettings(["--access-log-format", "%(z)s"])
        }
        #expect(
            error?.message
                == "--access-log-format: '%(z)s' is no format of the access log: there is no atom 'z' (docs/access-log.md lists them)"
        )
    }
}
