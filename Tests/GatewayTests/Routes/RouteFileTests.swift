import Syscalls
import Testing
@testable import Plans
@testable import Routing
@testable import Settings
@testable import SettingsReading

@Suite("Applications and routes of a configuration file")
struct RouteFileTests {
    private static let applications =
        "applications:\n  shop: {run: 'exec:true'}\n  blog: {run: 'exec:true'}\n"

    /// Expects that reading ends with one line. One folder for all, because making one costs more than a reading.
    private func expect(
        _ rows: [(file: String, message: String)], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withTemporaryFolder { folder in
            for (file, expected) in rows {
                var message = "\(file) is good"
                do { _ = try readSet(file, in: folder) } catch let error as ConfigurationError {
                    message = error.message
                }
                #expect(message.hasPrefix(expected), "\(message)", sourceLocation: sourceLocation)
                #expect(!message.contains { $0.isNewline }, sourceLocation: sourceLocation)
            }
        }
    }

    @Test("A route's rule for links is no laxer than the one that its scripts are run by")
    func links() throws {
        func file(_ application: String, _ route: String) -> String {
            "applications:\n  c: {run: 'cgi:/tmp'\(application)}\nroutes:\n  - {path: /c/*, application: c\(route)}\n"
        }
        let refusal = "shop.yaml:4: follow-links is '"
        let on = "on', and scripts of 'c' (cgi:) are run by its own rule, '"
        try expect([
            (file("", ", follow-links: on"), refusal + on + "owner': set it there"),
            (file(", follow-links: off", ", follow-links: on"), refusal + on + "off': set it there"),
            (
                file(", follow-links: off", ", follow-links: owner"),
                refusal + "owner', and scripts of 'c' (cgi:) are run by its own rule, 'off': set it there"
            ),
        ])
        for (application, route) in [
            (", follow-links: on", ", follow-links: off"), (", follow-links: on", ""),
            ("", ", follow-links: owner"), ("", ", follow-links: on, static: /tmp"),
        ] { _ = try readSet(file(application, route)) }
        _ = try readSet("follow-links: on\n" + file("", ", follow-links: on"))
    }

    @Test("A mistake in a route is one line that names the line of the file and what to do")
    func mistakes() throws {
        let rows = [
            ("- {}", "5: this route leads nowhere: add application, static, redirect, respond or rewrite"),
            (
                "- {path: /a}",
                "5: this route leads nowhere: add application, static, redirect, respond or rewrite"
            ),
            (
                "- {application: shop, path: a}",
                "5: path is 'a': write a path: /exactly/this, /all/below/*, *.ending or *"
            ),
            ("- {application: shop, path: []}", "5: path is empty: write a value, or remove the line"),
            ("- {application: shop, host: []}", "5: host is empty: write a value, or remove the line"),
            ("- {static: []}", "5: static is empty: write a value, or remove the line"),
            ("- {application: shop, host: 'a:80'}", "5: host is 'a:80': write a host without a port, as "),
            ("- {application: shop, method: ''}", "5: method is '': write a method, as GET"),
            ("- {application: shop, method: get}", "5: method is 'get': write GET"),
            (
                "- {application: shop, headers: [X-A]}",
                "5: headers is 'X-A': write a map of field names and values"
            ),
            ("- {application: shop, headers: {'X A': 1}}", "5: headers is 'X A=1': write a map"),
            (
                "- {application: shop, headers: {Content-Length: 1}}",
                "5: headers: no route can ask for Content-Length, which is no part of what an application sees: "
            ),
            ("- {application: shop, internal: maybe}", "5: internal is 'maybe': write true or false"),
            (
                "- {application: shops}",
                "5: application: there is no application 'shops'; did you mean 'shop'?"
            ),
            (
                "- {application: perl}",
                "5: application: there is no application 'perl': name one of shop, blog"
            ),
            (
                "- {static: /, authorizer: blg}",
                "5: authorizer: there is no application 'blg'; did you mean 'blog'?"
            ),
            ("- {application: [shop]}", "5: application has a list: write one value"),
            (
                "- {application: shop, respond: 404}",
                "5: a route cannot have both application and respond: keep one"
            ),
            ("- {redirect: /a, respond: 404}", "5: a route cannot have both redirect and respond: keep one"),
            ("- {redirect: $x}", "5: redirect is '$x': write a path or a URL; $scheme, "),
            ("- {redirect: $query_string}", "5: redirect is '$query_string': write a path or a URL; "),
            ("- {redirect: /a, status: 200}", "5: status is '200': write 301, 302, 303, 307, 308"),
            ("- {respond: 99}", "5: respond is '99': write a status from 200 to 599"),
            ("- {respond: 404, status: 301}", "5: status is for redirect: write 'respond: 404' alone"),
            ("- {application: shop, text: a}", "5: text is for respond: add it, or remove the text"),
            (
                "- {redirect: /a, content-type: a}",
                "5: content-type is for respond: add it, or remove the type"
            ),
            ("- {respond: 200, content-type: ''}", "5: content-type is '': write a media type, as text/html"),
            (
                "- {application: shop, rewrite: a}",
                "5: rewrite is 'a': write a path that begins with a slash, "
            ),
            (
                "- {application: shop, rewrite: /a/*}",
                "5: rewrite is '/a/*': write a path that begins with a slash, "
            ),
            (
                "- {application: shop, path: /a/*, strip-prefix: true, rewrite: /b}",
                "5: rewrite and strip-prefix both change the path: keep one of them"
            ),
            (
                "- {application: shop, strip-prefix: true}",
                "5: strip-prefix wants paths that end in /*, as /shop/*"
            ),
            (
                "- {application: shop, path: /a, strip-prefix: on}",
                "5: strip-prefix wants paths that end in /*"
            ),
            (
                "- {application: shop, path: [/a/*, /b*], strip-prefix: on}",
                "5: strip-prefix wants paths that end in"
            ),
            (
                "- {static: /nowhere/at/all}",
                "cannot read the folder '/nowhere/at/all' (shop.yaml:5: static): "
            ),
            ("- {static: \"/tmp\\0/x\"}", "5: static holds a NUL: remove it"),
            ("- {application: shop, path: \"/a\\0/*\"}", "5: path holds a NUL: remove it"),
            ("- {application: shop, rewrite: \"/a\\0\"}", "5: rewrite holds a NUL: remove it"),
            ("- {aplication: shop}", "5: a route has no setting 'aplication'; did you mean 'application'?"),
            (
                "- {application: shop, striprefix: on}",
                "5: a route has no setting 'striprefix'; did you mean 'strip-p"
            ),
            (
                "- {application: shop, quux: on}",
                "5: a route has no setting 'quux': docs/settings.md lists them"
            ),
            (
                "- {application: shop, workers: 4}",
                "5: 'workers' is no setting of a route: move it to the top of the "
            ),
            (
                "- {application: shop, processes: 4}",
                "5: 'processes' is no setting of a route: move it to its application, or to the top of the file"
            ),
            ("- {application: shop, timeout: 0}", "5: timeout is 0: write a number of seconds from 1 to"),
            ("- {application: shop, timeout: [1]}", "5: timeout has a list: write one value"),
            ("- {application: shop, path: [[/a]]}", "5: path has a list or a map in it: write plain values"),
            (
                "- {application: shop, headers: {A: {B: c}}}",
                "5: headers has a list or a map in it: write plain values"
            ),
            ("- {application: shop, path: {a: b}}", "5: path has a list or a map in it: write plain values"),
            ("- shop", "5: a route is no map: write '- path: /x/*' and what becomes of it below"),
            ("- {[a]: b}", "5: a name is no list and no map: write lines like"),
            ("{path: /a}", "5: routes is no list: begin each route with '- '"),
            ("[]", "5: routes is no list: begin each route with '- '"),
            ("- {path: /a, path: /b}", "5: 'path' is set more than once: keep one of them"),
            ("- {application: shop, path: }", "5: path has no value: write one, or remove the line"),
        ]
        try expect(
            rows.map { route, expected in
                let isPlain = expected.first?.isNumber == true
                return (
                    Self.applications + "routes:\n  " + route, isPlain ? "shop.yaml:\(expected)" : expected
                )
            })
    }

    @Test("A mistake about an application is one line too")
    func applicationMistakes() throws {
        try expect([
            ("applications: {}", "shop.yaml:1: applications is no map: write a name for each, with"),
            ("applications: [a]", "shop.yaml:1: applications is no map: write a name for each, with"),
            (
                "applications:\n  'a b': {run: 'exec:true'}",
                "shop.yaml:2: the name of an application has letters, "
            ),
            ("applications:\n  a: exec:true", "shop.yaml:2: application 'a' has no settings: write 'run: "),
            (
                "applications:\n  a: {}",
                "shop.yaml:2: application 'a' runs nothing: add 'run: wsgi:MODULE:CALLABLE'"
            ),
            (
                "applications:\n  a: {run: perl:x}",
                "shop.yaml:2: run ('a'): 'perl:' is no kind of application: "
            ),
            ("applications:\n  a: {run: \"exec:true\\0x\"}", "shop.yaml:2: run holds a NUL: remove it"),
            (
                "applications:\n  a: {run: 'exec:true', bind: ':1'}",
                "shop.yaml:2: 'bind' is no setting of an application"
            ),
            (
                "applications:\n  a: {run: 'exec:true', path: /x}",
                "shop.yaml:2: an application has no setting 'path'"
            ),
            (
                "applications:\n  a: {run: 'exec:true', proceses: 2}",
                "shop.yaml:2: an application has no setting 'proc"
            ),
            (
                "applications:\n  a: {run: 'exec:true'}\n  a: {run: 'exec:true'}",
                "shop.yaml:3: 'a' is set more than on"
            ),
            (
                "applications:\n  a: {run: 'exec:true'}\n  b: {run: 'exec:true'}",
                "there are 2 applications and no route"
            ),
            (
                "applications:\n  a: {run: 'fcgi:127.0.0.1:1', root: /tmp}\nroutes:\n  - {static: /, authorizer: a}",
                "shop.yaml:4: authorizer: 'a' is a folder of scripts, and would run the one that the request is for: "
            ),
            (
                "routes:\n  - {application: a}",
                "shop.yaml:2: there are routes and no applications: add 'applications:'"
            ),
            (
                "application: exec:true\nroutes:\n  - {respond: 404}",
                "shop.yaml:3: routes want applications with names: move 'exec:true' to 'applications:'"
            ),
            (
                "application: exec:true\napplications:\n  a: {run: 'exec:true'}",
                "shop.yaml:3: there is an application '"
            ),
            (
                "aplications:\n  a: 1",
                "shop.yaml:1: there is no setting 'aplications'; did you mean 'applications'?"
            ),
            ("route:\n  - a", "shop.yaml:1: there is no setting 'route'; did you mean 'routes'?"),
            (
                "applications:\n  a: {run: 'fcgi:a:1 weight=0'}",
                "shop.yaml:2: run ('a'): 'weight=0' says nothing about a server: write weight=1 to weight=1000"
            ),
            (
                "applications:\n  a: {run: 'exec:true', env: {A: {B: c}}}",
                "shop.yaml:2: env has a list or a map in it"
            ),
        ])
    }

    @Test("Aliases that multiply do not take all memory")
    func aliases() throws {
        var file = "applications:\n  a: {run: 'exec:true', env: &a ["
        file += (0..<2000).map { "A\($0)=1" }.joined(separator: ", ") + "]}\n"
        for name in 0..<200 { file += "  b\(name): {run: 'exec:true', env: *a}\n" }
        try expect([(file, "shop.yaml:1: it has more than 100000 parts")])
    }

    // MARK: What is good

    @Test("A route says everything that it can say")
    func everything() throws {
        try withFolder("mkdir -p public old") { folder in
            let set = try readSet(
                Self.applications + """
                    routes:
                      - host: [Shop.example.org, "*.shop.example.org"]
                        path: /shop/*
                        method: [GET, HEAD]
                        headers: {X-Beta: "*", Accept: text/plain, X-Old: "!"}
                        internal: true
                        static: [\(folder)/public, \(folder)/old]
                        application: blog
                        authorizer: shop
                        strip-prefix: true
                        timeout: 7
                        queue-timeout: 8
                        limit-request-body: 9K
                        buffer-memory: 64K
                        buffer-limit: 1M
                      - {path: /old/*, redirect: /new$rest, status: 308}
                      - {path: /robots.txt, respond: 200, text: "no\\n", content-type: text/x}
                      - {path: /new/*, application: shop, rewrite: /}
                    """)
            let route = set.routes[0]
            #expect(route.hosts.map(\.weight) == [.max, 17])
            #expect(route.paths == [.prefix(Array("/shop/".utf8))])
            #expect(route.methods == [Array("GET".utf8), Array("HEAD".utf8)])
            #expect(route.fields.count == 3 && route.fields.contains { $0.wanted == .absent })
            #expect(route.isInternal && route.stripsPrefix && route.authorizer == 0)
            #expect(route.folders.map { $0.split(separator: "/").last } == ["public", "old"])
            #expect(route.action == .application(1))
            #expect(route.limits.timeout == 7000 && route.limits.queueTimeout == 8000)
            #expect(route.limits.body == 9216 && route.limits.bufferMemory == 65_536)
            #expect(route.limits.buffer == 1 << 20)
            guard case .redirect(308, let template) = set.routes[1].action else {
                return #expect(Bool(false), "\(set.routes[1].action)")
            }
            #expect(template == RedirectTemplate("/new$rest"))
            let response = FixedResponse(
                status: 200, text: Array("no\n".utf8), contentType: Array("text/x".utf8))
            #expect(set.routes[2].action == .respond(response))
            #expect(set.routes[3].replacement == [47])
            #expect(set.fallback.action == .notFound)
        }
    }

    @Test("A relative folder begins where the gateway was started")
    func relativeFolder() throws {
        try withFolder("mkdir public") { folder in
            let set = try readSet("routes:\n  - static: public\n", in: folder)
            #expect(set.routes[0].folders == [try #require(Files.absolutePath(folder + "/public"))])
            #expect(set.plans.isEmpty)
        }
    }

    @Test("One application without a route gets everything; with routes, what none is for is 404")
    func fallback() throws {
        let one = "applications:\n  a: {run: 'exec:true', timeout: 3}\n"
        let alone = try readSet(one)
        #expect(alone.fallback.action == .application(0) && alone.fallback.limits.timeout == 3000)
        #expect(try readSet(one + "routes:\n  - {path: /x, application: a}").fallback.action == .notFound)
    }
}
