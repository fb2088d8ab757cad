import HTTP
import Octets
import Testing

@Suite("What may be permitted beyond RFC 9112, and what never")
struct RequestRulesTests {
    private func rules(_ change: (inout RequestRules) -> Void) -> RequestRules {
        var rules = RequestRules()
        change(&rules)
        return rules
    }

    private func outcome(_ line: String, _ rules: RequestRules, _ fields: String = "") -> RequestOutcome {
        RequestOutcome.of("\(line)\r\nHost: a\r\n\(fields)\r\n", rules: rules)
    }

    @Test("A folded value is joined with one space, once that is permitted")
    func folding() {
        let folding = rules { $0.permitsObsoleteFolding = true }
        for (lines, value) in [
            ("X: a\r\n b", "a b"), ("X: a  \r\n\t \tb  \r\n c", "a b c"), ("X:\r\n a", "a"),
            ("X: a\r\n ", "a"), ("X: a\r\n \r\n b", "a b"), ("X:\r\n \r\n ", ""),
            ("X: a\r\n Content-Length: 5", "a Content-Length: 5"),
        ] {
            let request = outcome("GET / HTTP/1.1", folding, "\(lines)\r\nY: z\r\n").request
            #expect(request?.fields == ["Host: a", "X: \(value)", "Y: z"], "\(lines.debugDescription)")
            #expect(request?.body == BodyFraming.none)
            #expect(
                outcome("GET / HTTP/1.1", RequestRules(), "\(lines)\r\n") == .refused(.obsoleteFolding))
        }
    }

    @Test(
        "No field that the gateway acts on is ever folded, nor has it blanks before its colon",
        arguments: [
            ("Transfer-Encoding", "chunked"), ("Content-Length", "0"), ("Host", "a"),
            ("Connection", "close"),
            ("Expect", "100-continue"), ("TE", "x"), ("Upgrade", "x"), ("Trailer", "x"),
            ("X-Forwarded-Proto", "https"),
        ])
    func never(_ name: String, _ value: String) {
        let all = rules {
            $0.permitsObsoleteFolding = true
            $0.stripsHeaderSpaces = true
        }
        for lines in ["\(name):\r\n \(value)", "\(name): \(value)\r\n ", "\(name): \(value)\r\n , x"] {
            #expect(
                RequestOutcome.of("GET / HTTP/1.1\r\n\(lines)\r\n\r\n", rules: all)
                    == .refused(.obsoleteFolding))
        }
        for blank in [" ", "\t", "  "] {
            #expect(
                RequestOutcome.of("GET / HTTP/1.1\r\n\(name)\(blank): \(value)\r\n\r\n", rules: all)
                    == .refused(.malformedField))
        }
    }

    @Test("A fold has the limits and the characters of a field, and follows one")
    func foldLimits() {
        let folding = rules { $0.permitsObsoleteFolding = true }
        var limits = RequestLimits()
        limits.fieldLine = 20
        func outcome(_ lines: String) -> RequestOutcome {
            RequestOutcome.of("GET / HTTP/1.1\r\n\(lines)\r\n\r\n", limits: limits, rules: folding)
        }
        #expect(outcome("Host: a\r\nX: abcdefgh\r\n abcdef").request != nil)
        #expect(outcome("Host: a\r\nX: abcdefgh\r\n abcdefg") == .refused(.fieldsTooLarge))
        #expect(outcome(" X: a") == .refused(.malformedField))
        for octet in ["\0", "\u{1}", "\r", "\u{7F}"] {
            #expect(outcome("Host: a\r\nX: a\r\n b\(octet)c") == .refused(.malformedField))
        }
        #expect(outcome("Host: a\r\nX: a\n b") == .refused(.malformedField))
        #expect(outcome("Host: a\r\nX: a\r\n b\n") == .refused(.malformedField))
    }

    @Test("Blanks before a colon are overlooked, once that is permitted")
    func spaces() {
        let stripping = rules { $0.stripsHeaderSpaces = true }
        #expect(
            outcome("GET / HTTP/1.1", stripping, "X \t: a\r\n").request?.fields == ["Host: a", "X: a"])
        #expect(outcome("GET / HTTP/1.1", RequestRules(), "X : a\r\n") == .refused(.malformedField))
        for line in [" X: a", "X Y: a", ": a", " : a", "X ", "X\u{B}: a"] {
            #expect(
                RequestOutcome.of("GET / HTTP/1.1\r\nHost: a\r\nY: b\r\n\(line)\r\n\r\n", rules: stripping)
                    .request == nil)
        }
    }

    @Test("Methods that no registered one looks like need permission, and become upper case only with it")
    func methods() {
        let permitting = rules { $0.permitsUnconventionalMethod = true }
        let folding = rules { $0.foldsMethodCase = true }
        let both = rules { ($0.permitsUnconventionalMethod, $0.foldsMethodCase) = (true, true) }
        for method in ["get", "Get", "GE", "G", "GE#", "gEt", String(repeating: "A", count: 21)] {
            let line = "\(method) / HTTP/1.1"
            #expect(outcome(line, RequestRules()) == .refused(.unconventionalMethod))
            #expect(outcome(line, folding) == .refused(.unconventionalMethod))
            #expect(outcome(line, permitting).request?.method == method)
            #expect(outcome(line, both).request?.method == method.uppercased())
        }
        for method in ["GET", "M-SEARCH", "UPDATEREDIRECTREF", "X0!", String(repeating: "A", count: 20)] {
            #expect(outcome("\(method) / HTTP/1.1", RequestRules()).request?.method == method)
        }
        #expect(outcome("head / HTTP/1.1", permitting).request?.isHead == false)
        #expect(outcome("head / HTTP/1.1", both).request?.isHead == true)
        #expect(outcome("options * HTTP/1.1", both).request?.path == "*")
        #expect(outcome("options * HTTP/1.1", permitting) == .refused(.malformedTarget))
        #expect(outcome("connect a:1 HTTP/1.1", both) == .refused(.unsupportedMethod))
        #expect(outcome("g(t / HTTP/1.1", both) == .refused(.malformedRequestLine))
        #expect(RequestOutcome.of("\r\nget / HTTP/1.1\r\nHost: a\r\n\r\n", rules: both).request != nil)
    }

    @Test("HTTP/1.2 to 1.9 are 1.1, once that is permitted; another major version is another protocol")
    func versions() {
        let permitting = rules { $0.permitsUnconventionalVersion = true }
        for minor in 2...9 {
            let request = outcome("GET / HTTP/1.\(minor)", permitting).request
            #expect(request?.minorVersion == 1 && request?.isPersistent == true)
            #expect(outcome("GET / HTTP/1.\(minor)", RequestRules()) == .refused(.unsupportedVersion))
        }
        for version in ["0.9", "0.0", "2.0", "3.1", "9.9"] {
            #expect(outcome("GET / HTTP/\(version)", permitting) == .refused(.unsupportedVersion))
        }
        for version in ["HTTP/1.10", "http/1.1", "HTTP/1.", "HTTP/1.a", "HTTP/11.1", "HTTPS/1.1"] {
            #expect(outcome("GET / \(version)", permitting) == .refused(.malformedRequestLine))
        }
    }

    @Test(
        "Names with _ or . are dropped, refused, or become variables; never in place of a field that counts")
    func ambiguousNames() {
        let fields =
            "X_A: 1\r\nX.A: 2\r\nX-A: 3\r\nContent_Length: 4\r\nTransfer_Encoding: x\r\nContent.Type: 5\r\n"
        let shadows = ["Content_Length", "Transfer_Encoding", "Content.Type"]
        #expect(
            outcome("GET / HTTP/1.1", RequestRules(), fields).request?.unmapped == ["X_A", "X.A"] + shadows)
        let dangerous = rules { $0.ambiguousNames = .dangerous }
        #expect(outcome("GET / HTTP/1.1", dangerous, fields).request?.unmapped == shadows)
        let refusing = rules { $0.ambiguousNames = .refuse }
        for field in ["X_A: 1", "X.A: 1", "_: 1", "Content_Length: 1"] {
            #expect(outcome("GET / HTTP/1.1", refusing, "\(field)\r\n") == .refused(.ambiguousFieldName))
        }
        #expect(outcome("GET / HTTP/1.1", refusing, "X-A: 1\r\n").request?.unmapped == [])
    }

    @Test("A trusted proxy's names pass with _, and nobody else can send the same variable")
    func forwarders() {
        var forwarding = rules {
            $0.forwarderFields = ["SCRIPT_NAME", "CONTENT_LENGTH"].map { Array($0.utf8) }
        }
        let fields = "Script_Name: 1\r\nSCRIPT-NAME: 2\r\nX_A: 3\r\nContent_Length: 4\r\nX-A: 5\r\n"
        #expect(
            outcome("GET / HTTP/1.1", forwarding, fields).request?.unmapped == [
                "Script_Name", "SCRIPT-NAME", "X_A", "Content_Length",
            ])
        forwarding.trustsPeer = true
        let trusted = outcome("GET / HTTP/1.1", forwarding, fields + "Content-Length: 0\r\n").request
        #expect(trusted?.unmapped == ["SCRIPT-NAME", "X_A", "Content_Length"])
        #expect(trusted?.body == .length(0))
        forwarding.ambiguousNames = .refuse
        #expect(outcome("GET / HTTP/1.1", forwarding, "Script_Name: 1\r\n").request?.unmapped == [])
        #expect(outcome("GET / HTTP/1.1", forwarding, "X_A: 1\r\n") == .refused(.ambiguousFieldName))
        forwarding.forwarderFields = [Array("*".utf8)]
        #expect(
            outcome("GET / HTTP/1.1", forwarding, "X_A: 1\r\nContent_Length: 4\r\n").request?.unmapped == [
                "Content_Length"
            ])
    }
}
