import Testing
@testable import Plans
@testable import Settings

@Suite("The application argument")
struct ApplicationKindTests {
    @Test(
        "What is served, and how",
        arguments: [
            ("wsgi:app:application", .wsgi("app:application")), ("wsgi:app", .wsgi("app")),
            ("php:/srv/www", .php("/srv/www")),
            ("php:.", .php(".")), ("cgi:cgi-bin/", .cgi("cgi-bin/")), ("cgi:/srv/a.cgi", .cgi("/srv/a.cgi")),
            ("swift:libshop.so", .swift("libshop.so")), ("swift:self", .swift("self")),
            ("exec:./program --flag", .exec(["./program", "--flag"])),
            ("exec:'a b' \"c d\"", .exec(["a b", "c d"])),
            ("fcgi:unix:/run/a", .fcgi([ServerEntry(bind: .unix(path: "/run/a"))])),
            ("fcgi:[::1]:9000", .fcgi([ServerEntry(bind: .tcp(host: "::1", port: 9000))])),
            ("fcgi::9000", .fcgi([ServerEntry(bind: .tcp(host: "", port: 9000))])),
            (
                "fcgi:a:1 weight=3, b:2,unix:@c backup",
                .fcgi([
                    ServerEntry(bind: .tcp(host: "a", port: 1), weight: 3),
                    ServerEntry(bind: .tcp(host: "b", port: 2)),
                    ServerEntry(bind: .abstract(name: "c"), isBackup: true),
                ])
            ),
        ] as [(String, ApplicationKind)])
    func valid(_ text: String, _ kind: ApplicationKind) throws {
        #expect(try ApplicationKind(parsing: text) == kind)
    }

    @Test(
        "What is no application is a mistake on the command line, and the message names it",
        arguments: [
            "", "app", "wsgi", "wsgi:", "php:", "cgi:", "exec:", "fcgi:", "swift:", ":app", "WSGI:app",
            "perl:app",
            "http://a",
            "exec: ", "exec:'a", "exec:\"a", "exec:a\\",
            "fcgi:a", "fcgi:unix:", "fcgi:a:99999", "fcgi:a:1,", "fcgi:a:1,a:1", "fcgi:a:1 weight=0",
            "fcgi:a:1 best", " wsgi:app",
        ])
    func malformed(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try ApplicationKind(parsing: text) }
        #expect(error?.exitCode == 2)
    }

    @Test("A command of nothing but blanks is not said to have an open quote")
    func blankCommand() {
        let error = #expect(throws: ConfigurationError.self) { try ApplicationKind(parsing: "exec: \t") }
        #expect(error?.message.contains("quote") == false)
    }

    @Test(
        "Words of a command",
        arguments: [
            ("", []), ("   ", []), ("a", ["a"]), (" a  b\tc\n", ["a", "b", "c"]), ("'a b'", ["a b"]),
            ("\"a b\"", ["a b"]),
            ("a'b c'd", ["ab cd"]), ("''", [""]), ("a \"\" b", ["a", "", "b"]), ("'a\"b'", ["a\"b"]),
            ("\"a'b\"", ["a'b"]),
            ("a\\ b", ["a b"]), ("\\'", ["'"]), ("\"a\\\"b\"", ["a\"b"]), ("\"\\\\\"", ["\\"]),
            ("'a\\b'", ["a\\b"]), ("\\\\", ["\\"]),
            ("--x='a b' \"--y=c d\"", ["--x=a b", "--y=c d"]),
            ("$HOME * ~ ; | > `a`", ["$HOME", "*", "~", ";", "|", ">", "`a`"]),
            ("ü 'é è'", ["ü", "é è"]),
        ] as [(String, [String])])
    func words(_ text: String, _ words: [String]) {
        #expect(CommandWords.split(text) == words)
    }

    @Test(
        "A quote that is not closed is no command",
        arguments: ["'", "\"", "a 'b", "a \"b'", "'a\"", "\\", "a\\", "\"a\\\"", "'a' 'b"])
    func openQuote(_ text: String) {
        #expect(CommandWords.split(text) == nil)
    }
}
