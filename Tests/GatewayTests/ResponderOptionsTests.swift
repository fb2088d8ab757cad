import Testing
@testable import CGIResponder
@testable import Settings

@Suite("The command line of the CGI responder")
struct ResponderOptionsTests {
    private func parsed(_ words: String...) throws -> ResponderOptions {
        try ResponderOptions(parsing: words)
    }

    @Test("fcgiwrap's letters, alone, bundled and with their values attached")
    func letters() throws {
        #expect(try parsed() == ResponderOptions(parsing: []))
        let plain = try parsed()
        #expect(plain.scripts == 1 && !plain.sendsErrors && plain.listen == nil && plain.timeout == 0)
        for words in [["-f", "-c", "4"], ["-fc4"], ["-fc", "4"], ["-c4", "-f"]] {
            let options = try ResponderOptions(parsing: words)
            #expect(options.scripts == 4 && options.sendsErrors, "\(words)")
        }
        #expect(try parsed("-p", "/a", "-p/b").allowed == ["/a", "/b"])
        #expect(try parsed("-h").asksForHelp)
        #expect(try parsed("--help").asksForHelp)
    }

    @Test(
        "Addresses as fcgiwrap writes them",
        arguments: [
            ("unix:/run/a", .unix(path: "/run/a")),
            ("tcp:127.0.0.1:9000", .tcp(host: "127.0.0.1", port: 9000)),
            ("tcp6:[::1]:9000", .tcp(host: "::1", port: 9000)),
        ] as [(String, BindAddress)])
    func addresses(_ text: String, _ address: BindAddress) throws {
        #expect(try parsed("-s", text).listen == address)
    }

    @Test("Long options, with the value attached or behind them")
    func long() throws {
        let options = try parsed(
            "--timeout=5", "--env", "A=b=c", "--env=D", "--script", "/srv/x", "--env", "E=")
        #expect(options.timeout == 5 && options.script == "/srv/x")
        #expect(
            options.variables == [
                .init(name: "A", value: "b=c"), .init(name: "D", value: nil), .init(name: "E", value: ""),
            ])
        #expect(try parsed("--root", "/usr/").root == "/usr")
        #expect(try parsed("--root", "/usr/", "--follow-links=on").links == .on)
    }

    @Test(
        "A mistake is one line, and the message names what is wrong",
        arguments: [
            (["-c"], "-c"), (["-c", "0"], "0"), (["-c", "1025"], "1025"), (["-c", "x"], "'x'"),
            (["-c", "99999999999999999999"], "99999999999999999999"), (["-x"], "-x"), (["-fx"], "-x"),
            (["--what"], "--what"), (["--timeout"], "--timeout"), (["--timeout", "-1"], "-1"),
            (["operand"], "'operand'"), (["--", "operand"], "'operand'"), (["-s", "tcp:1"], "tcp:1"),
            (["-s", "tcp6:::1:9"], "tcp6"), (["-s", "http://a"], "http://a"),
            (["-s", "tcp:a:70000"], "70000"),
            (["-s", "unix:"], "unix:"), (["--env", "=x"], "'=x'"), (["--env="], "''"),
            (["--script", "x"], "'x'"), (["--root", "/nowhere"], "/nowhere"),
            (["--root", "/", "--script", "/x"], "--script"), (["--follow-links", "off"], "--root"),
            (["--root", "/", "--follow-links", "all"], "owner, on or off"), (["--help=x"], "--help"),
        ] as [([String], String)])
    func mistakes(_ words: [String], _ named: String) {
        let error = #expect(throws: ConfigurationError.self) { try ResponderOptions(parsing: words) }
        #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
    }
}
