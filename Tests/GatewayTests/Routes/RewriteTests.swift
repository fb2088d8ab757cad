import GatewayInterface
import HTTP
import Octets
import Syscalls
import TestSupport
import Testing
@testable import Plans
@testable import Routing
@testable import Settings
@testable import SettingsReading

@Suite("Patterns and rewritten paths")
struct RewriteTests {
    private static func plan(_ name: Int, _ key: String, _ text: String) throws -> RoutePlan {
        var plan = RoutePlan.everything(to: name, RouteLimits(Settings()))
        if key == "match" {
            plan.patterns = [try PathExpression(text)]
        } else {
            plan.paths = [try #require(PathPattern(text), "\(text)")]
        }
        return plan
    }

    private static func router(_ routes: [(String, String)]) throws -> Router {
        let plans = try routes.enumerated().map { try Route(plan($0.offset, $0.element.0, $0.element.1)) }
        return Router(plans, fallback: Route(RoutePlan(limits: RouteLimits(Settings()))))
    }

    private static func name(_ router: Router, _ path: String) -> Int {
        withOctets(path) { path in
            withOctets("") { router.match(path, $0, isInternal: false).route.application }
        }
    }

    @Test(
        "What ranks before what",
        arguments: [
            ("/", 0), ("/x.php", 1), ("/a/b.php", 1), ("/admin/x.php", 2), ("//admin//x.php", 2),
            ("/wiki/Main", 4), ("/wiki", 0), ("//wiki//a", 4), ("/wiki/images/x", 5), ("/wiki/exact", 6),
            ("/app/x/run.cgi", 7), ("/app/x", 8), ("/x.php/info", 1), ("/x.php/", 1), ("/a.php/b.txt/c", 1),
            ("/x.phpx/info", 0), ("/app/run.cgi/x", 7), ("/long/a.PHP", 0), ("/n/3/edit", 9),
            ("/n/3/edit/x", 9),
            ("/y.php\n", 0),
        ])
    func ranks(_ path: String, _ expected: Int) throws {
        let router = try Self.router([
            ("path", "/*"), ("path", "*.php"), ("path", "/admin/*"), ("match", #"^/none$"#),
            ("match", "^/wiki/(.*)$"), ("path", "/wiki/images/*"), ("path", "/wiki/exact"),
            ("path", "/app/*.cgi"), ("path", "/app/*"), ("path", "/*/3/*"),
        ])
        #expect(Self.name(router, path) == expected)
    }

    @Test("A pattern that meets its limit decides nothing")
    func undecided() throws {
        let router = try Self.router([("match", "^/(a+)+$"), ("path", "/*")])
        let path = "/" + String(repeating: "a", count: 4000) + "!"
        let isUndecided = withOctets(path) { path in
            withOctets("") { router.match(path, $0, isInternal: false).isUndecided }
        }
        #expect(isUndecided)
    }

    @Test(
        "What an expression begins with",
        arguments: [
            ("^/wiki/(.*)$", "/wiki/"), (#"^/a\.b/"#, "/a.b/"), ("^/ab?c", "/a"), ("^/ab+c", "/ab"),
            ("/x", ""), ("^/a|^/b", ""), ("^/a/(b|c)", "/a/"), (#"^/a\d"#, "/a"), ("(?i)^/x", ""),
            ("^/a{2}", "/"), ("^/a[(]|^/b", ""), (#"^/a\Q(\E|^/b"#, ""), ("^/a(?#()|^/b", ""),
        ])
    func beginnings(_ text: String, _ beginning: String) throws {
        #expect(try PathExpression(text).beginning == Array(beginning.utf8))
    }

    @Test(
        "What is no path with stars",
        arguments: ["**", "/a**b", "a*b", "/*/../x", "/*//x", "/a*b*c*d*e*f*g*h*i*j"])
    func noStars(_ text: String) { #expect(PathPattern(text) == nil) }

    /// The path and the query that a template makes; the query is `nil` where it stays.
    private static func rewritten(
        _ text: String, _ pattern: String, _ path: String, query: String = ""
    ) throws -> (String, String?) {
        let template = try #require(RewriteTemplate(text))
        let router = try Self.router([("match", pattern)])
        return withOctets(path) { path in
            withOctets(query) { query in
                let captured = router.captured!
                _ = withOctets("") { router.match(path, $0, isInternal: false) }
                let values = RewriteTemplate.Values(
                    path: path, rest: UnsafeBufferPointer(rebasing: path[path.count...]), query: query,
                    groups: captured)
                var newPath = ByteBuffer()
                var newQuery = ByteBuffer()
                template.appendPath(values, to: &newPath)
                let hasQuery = template.appendQuery(values, to: &newQuery)
                return (
                    String(decoding: newPath.bytes, as: UTF8.self),
                    hasQuery ? String(decoding: newQuery.bytes, as: UTF8.self) : nil
                )
            }
        }
    }

    @Test(
        "Path and query of a template",
        arguments: [
            (
                "/index.php?title=$1", "^/wiki/(.*)$", "/wiki/A&b=c d/é", "", "/index.php",
                "title=A%26b%3Dc%20d%2F%C3%A9"
            ),
            ("/index.php?title=$1", "^/wiki/(.*)$", "/wiki/A", "x=1&y", "/index.php", "title=A&x=1&y"),
            ("/index.php?title=$1?", "^/wiki/(.*)$", "/wiki/A", "x=1", "/index.php", "title=A"),
            ("/index.php?", "^/", "/x", "x=1", "/index.php", ""),
            ("/i.php?$query_string&q=$path?", "^/", "/x", "x=1", "/i.php", "x=1&q=%2Fx"),
            ("$1", "^(/.+)/$", "/a/b/", "q", "/a/b", nil), ("/$1", "^(/.+)/$", "//a/b/", "", "/a/b", nil),
            ("/x/$2/$1", "^/([^/]*)/(.*)$", "/a/b/c", "", "/x/b/c/a", nil),
            ("/x$3?y=$3", "^/(a)|(b)|(c)", "/a", "", "/x", "y="),
        ] as [(String, String, String, String, String, String?)])
    func templates(
        _ text: String, _ pattern: String, _ path: String, _ query: String, _ newPath: String,
        _ newQuery: String?
    ) throws {
        let (path, query) = try Self.rewritten(text, pattern, path, query: query)
        #expect(path == newPath && query == newQuery)
    }

    @Test(
        "What is no template",
        arguments: ["x", "/a*", "/$x", "/x?a b", "/x?a#b", "/$query_string", "/x?$host"])
    func noTemplates(_ text: String) { #expect(RewriteTemplate(text) == nil) }

    private static let head = "applications: {a: {run: 'exec:/bin/true'}}\nroutes:\n"

    @Test(
        "Mistakes in routes",
        arguments: [
            (
                "{match: '(a', application: a}",
                "which is no regular expression: missing closing parenthesis, at offset 2"
            ),
            ("{match: ^/x, path: /x, application: a}", "keep one"),
            ("{match: ^/x, rewrite: /$1}", "has $1, and the pattern has 0 groups: add one, with parentheses"),
            ("{path: /x, rewrite: /$1}", "has $1, and this route has no pattern: add 'match'"),
            ("{path: /x, rewrite: /a/../b}", "rewritten to a . or .. is 404: write where it leads"),
            ("{match: ^/x, rewrite: '/./b?c=../d'}", "a path that is rewritten to a . or .. is 404"),
            ("{match: ^/x, rewrite: /y$rest}", "has $rest, and behind a pattern there is none"),
            ("{match: ^/x, redirect: '/y$rest'}", "has $rest, and behind a pattern there is none"),
            ("{path: [/trac/*, /trac2/*], mount: /trac, application: a}", "make two routes of it"),
            ("{match: ^/x, redirect: '/$2'}", "has $2, and the pattern has 0 groups"),
            ("{path: /x, rewrite: /y, authorizer: a}", "would not be asked"),
            ("{path: /x, rewrite: /y, timeout: 3}", "has no effect where a route only rewrites"),
            ("{path: /x/*, mount: /x, strip-prefix: true, application: a}", "keep one"),
            ("{path: [/x/*, /y/*], mount: /x, application: a}", "make two routes of it"),
            ("{path: /x, mount: /x/, application: a}", "a path without a slash at its end"),
            ("{path: /x, mount: /x, respond: 204}", "is for an application"),
            ("{path: /x}", "leads nowhere"),
        ])
    func mistakes(_ route: String, _ words: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            _ = try ApplicationSet(try readSettings(file: Self.head + "  - " + route + "\n"))
        }
        #expect(error.message.contains(words) && error.message.contains("shop.yaml:3"), "\(error.message)")
    }
}
