import Syscalls
import Testing

/// An application that answers ``RequestTable``, and how the gateway is told to serve it.
struct LanguageApplication: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The application argument and the options, in a folder that the test may write to.
    let command: @Sendable (TemporaryFolder) throws -> [String]
    var environment: [String] = []
    /// Whether the first part of an answer leaves it before the last one.
    var isStreaming = true

    /// Every language that finds its listening socket as descriptor 0.
    static let spawned = [
        LanguageApplication(testDescription: "C with libfcgi") { _ in ["exec:\(try CProgram.table.path)"] },
        LanguageApplication(testDescription: "Perl with FCGI.pm") { _ in
            ["exec:perl '\(file("perl/table.pl"))'"]
        },
        LanguageApplication(testDescription: "Perl with Plack") { _ in
            ["exec:plackup -s FCGI --manager '' '\(file("perl/app.psgi"))'"]
        },
        ruby,
        LanguageApplication(
            testDescription: "Swift", command: { _ in ["exec:'\(Build.testApplication)'"] },
            environment: ["TEST_APPLICATION=table"], isStreaming: false),
        LanguageApplication(testDescription: "Python with flipflop") { _ in
            ["exec:'\(try Build.python)' '\(file("python/flipflop_app.py"))'"]
        },
    ]

    /// The library in plain Ruby, which stands in where its C half does not load (as on Debian 12): it collects each answer,
    /// closes the connection after it, and ends when a connection brings no request.
    static let ruby = LanguageApplication(
        testDescription: "Ruby with fcgi", command: { _ in ["exec:ruby '\(file("ruby/table.rb"))'"] },
        environment: ["USE_PURE_RUBY_FCGI=1"], isStreaming: false)

    /// Frameworks behind the responder that ships with the gateway.
    static let frameworks = [
        LanguageApplication(testDescription: "Flask") { _ in try wsgi("flask_app:app") },
        LanguageApplication(testDescription: "Flask with threads") { _ in
            try wsgi("flask_app:app") + ["--threads", "4"]
        },
        LanguageApplication(testDescription: "Django") { _ in try wsgi("django_app:application") },
        LanguageApplication(testDescription: "PHP with php-cgi") { folder in ["php:\(try copyOfSite(folder))"]
        },
    ]

    /// Runs `body` with a gateway that serves it.
    func serve(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let command = try self.command(folder)
        try GatewayProcess(
            command[0], command.dropFirst() + options,
            environment: environment + ["PYTHONDONTWRITEBYTECODE=1"], folder: folder
        ).use(sourceLocation: sourceLocation, body)
    }

    private static func file(_ name: String) -> String { Build.application("languages/" + name) }

    private static func wsgi(_ target: String) throws -> [String] {
        ["wsgi:\(target)", "--chdir", file("python"), "--python", try Build.python]
    }

    /// A site of its own, for what a test uploads.
    static func copyOfSite(_ folder: TemporaryFolder) throws -> String {
        try run("php-cgi", "-v")
        try run("cp", "-r", file("php-site"), folder / "site")
        return folder / "site"
    }
}
