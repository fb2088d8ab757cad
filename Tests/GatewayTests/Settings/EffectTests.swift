// Which settings do something where, held to the declarations, and the lines that say that one does nothing.

import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("What settings have an effect on")
struct EffectTests {
    @Test("Every setting is in the table once, and nothing else is")
    func whole() {
        #expect(Effect.table.map(\.name).sorted() == Declaration.all.map(\.name).sorted())
    }

    private func warnings(
        _ arguments: [String], file: String? = nil, hasOwnApplication: Bool = false
    ) throws -> [String] {
        var reading = try readSettings(arguments, file: file)
        reading.hasOwnApplication = hasOwnApplication
        return reading.warnings
    }

    @Test(
        "An option that the one application has no use for is said, with what it is for",
        arguments: [
            (
                ["wsgi:a:b", "--preload"],
                "--preload has no effect for 'wsgi:a:b': it is for swift:self; remove it"
            ),
            (
                ["wsgi:a:b", "--root", "/tmp"],
                "--root has no effect for 'wsgi:a:b': it is for cgi:FILE and fcgi:; remove it"
            ),
            (
                ["exec:/bin/cat", "--root", "/tmp"],
                "--root has no effect for 'exec:/bin/cat': it is for cgi:FILE and fcgi:; remove it"
            ),
            (
                ["cgi:/tmp", "--root", "/tmp"],
                "--root has no effect for 'cgi:/tmp': it is for cgi:FILE and fcgi:; remove it"
            ),
            (["cgi:/bin/cat", "--root", "/tmp"], nil), (["fcgi::9", "--root", "/tmp"], nil),
            (
                ["php:/tmp", "--threads", "8"],
                "--threads has no effect for 'php:/tmp': it is for wsgi: and swift:; remove it"
            ),
            (["wsgi:a", "--threads", "8"], nil),
            (
                ["wsgi:a", "--balance", "hash:client"],
                "--balance has no effect for 'wsgi:a': it is for fcgi: with several servers; remove it"
            ),
            (
                ["fcgi::9", "--balance", "hash:client"],
                "--balance has no effect for 'fcgi::9': it is for fcgi: with several servers; remove it"
            ),
            (["fcgi::9,:8", "--balance", "hash:client"], nil),
            (
                ["wsgi:a", "--min-processes", "2"],
                "--min-processes has no effect without 'scaling: dynamic': add it, or remove it"
            ),
            (["wsgi:a", "--min-processes", "2", "--scaling", "dynamic"], nil),
            (
                ["cgi:/tmp", "--min-processes", "2", "--scaling", "dynamic"],
                "--min-processes has no effect for 'cgi:/tmp': it is for wsgi:, php: and exec:; remove it"
            ),
            (
                ["fcgi::9", "--scaling", "dynamic"],
                "--scaling has no effect for 'fcgi::9': it is for wsgi:, php:, cgi: and exec:; remove it"
            ),
            (
                ["wsgi:a", "--concurrency", "2"],
                "--concurrency has no effect for 'wsgi:a': it is for exec:; remove it"
            ),
            (
                ["php:/tmp", "--python", "/x"],
                "--python has no effect for 'php:/tmp': it is for wsgi:; remove it"
            ),
            (
                ["wsgi:a", "--autoindex"],
                "--autoindex has no effect for 'wsgi:a': it is for PHP sites and static routes; remove it"
            ),
            (["php:/tmp", "--autoindex"], nil), (["fcgi::9", "--autoindex", "--root", "/tmp"], nil),
            (
                ["swift:a.so", "--preload", "--processes", "2"],
                "--processes has no effect for 'swift:a.so': it is for wsgi:, php:, cgi:, exec: and fcgi:; remove it"
            ),
            (
                ["wsgi:a", "--idle-timeout", "9"],
                "--idle-timeout has no effect without 'scaling: dynamic' or 'ondemand': add it, or remove it"
            ),
            (
                ["wsgi:a", "--max-requests-jitter", "9"],
                "--max-requests-jitter has no effect without 'max-requests': add it, or remove it"
            ),
            (
                ["wsgi:a", "--process-max-requests-jitter", "9"],
                "--process-max-requests-jitter has no effect without 'process-max-requests': add it, or remove it"
            ),
            (
                ["fcgi::9", "--health-interval", "9"],
                "--health-interval has no effect without 'health-check': add it, or remove it"
            ),
            (
                ["fcgi:127.0.0.1:9", "--resolve-interval", "9"],
                "--resolve-interval has no effect for 'fcgi:127.0.0.1:9': it is for fcgi: with names of servers; remove it"
            ),
            (
                ["wsgi:a", "--compress-level", "9"],
                "--compress-level has no effect without 'compress': add it, or remove it"
            ),
            (
                ["wsgi:a", "--socket-mode", "0660"],
                "--socket-mode has no effect without a unix socket: add one to 'bind', or remove it"
            ),
            (
                ["wsgi:a", "--proxy-allow-ips", "10.0.0.1"],
                "--proxy-allow-ips has no effect without 'proxy-protocol': add it, or remove it"
            ),
            (
                ["wsgi:a", "--reload-extra-file", "/x"],
                "--reload-extra-file has no effect without 'reload': add it, or remove it"
            ),
            (
                ["php:/tmp", "--reload"],
                "--reload has no effect where no file is to be watched: name some in 'reload-extra-file', or remove it"
            ),
            (
                ["wsgi:a", "--access-log-format", "json"],
                "--access-log-format has no effect without 'access-log': add it, or remove it"
            ),
            (
                ["wsgi:a", "--worker-class", "thread"],
                "--worker-class has no effect as 'thread' without a Swift application: remove it"
            ),
            (["wsgi:a", "--worker-class", "sync"], nil), (["wsgi:a", "--no-preload"], nil),
            (["wsgi:a", "--timeout", "3", "--user", "www", "--bind", ":1"], nil),
            (
                ["wsgi:a", "--limit-request-body", "0"],
                "--limit-request-body is 0: request bodies have no limit, and may fill the disk"
            ),
        ] as [([String], String?)])
    func options(_ arguments: [String], _ expected: String?) throws {
        let warnings = try warnings(arguments)
        if let expected {
            #expect(warnings.contains(expected), "\(warnings)")
        } else {
            #expect(warnings == [])
        }
    }

    @Test("A program's own application is built before the fork, and has no processes")
    func own() throws {
        #expect(try warnings(["--preload"], hasOwnApplication: true) == [])
        #expect(
            try warnings(["--scaling", "dynamic"], hasOwnApplication: true) == [
                "--scaling has no effect: it is for wsgi:, php:, cgi: and exec:; remove it"
            ])
    }

    private static let mixed = """
        applications:
          here: {run: "wsgi:a:b"}
          there: {run: "fcgi:127.0.0.1:9"}
        routes:
          - {path: /here/*, application: here}
          - {path: /there/*, application: there}

        """

    @Test(
        "At the top, a setting is a default: it is idle where nobody has a use for it",
        arguments: [
            ("scaling: dynamic", []), ("max-connections: 3", []), ("threads: 2", []),
            (
                "concurrency: 2",
                ["shop.yaml:7: concurrency has no effect for what is served: it is for exec:; remove it"]
            ),
            (
                "index: home.html",
                [
                    "shop.yaml:7: index has no effect for what is served: it is for PHP sites and static routes; remove it"
                ]
            ),
        ])
    func defaults(_ line: String, _ expected: [String]) throws {
        #expect(try warnings([], file: Self.mixed + line) == expected)
    }

    @Test("In a section, it is idle where that application or route has no use for it")
    func sections() throws {
        let warnings = try warnings(
            [],
            file: """
                scaling: dynamic
                applications:
                  here:
                    run: "wsgi:a:b"
                    scaling: static
                    min-processes: 2
                    index: home.html
                  there:
                    run: "fcgi:127.0.0.1:9"
                    user: www
                    scaling: ondemand
                routes:
                  - path: /there/*
                    application: there
                    autoindex: true
                  - path: /gone/*
                    redirect: /
                    queue-timeout: 3
                    timeout: 3
                  - {path: /here/*, application: here}
                """)
        #expect(
            warnings.sorted() == [
                "shop.yaml:10: user has no effect for application 'there' (fcgi:): it is for wsgi:, php:, cgi: and exec:; remove it",
                "shop.yaml:11: scaling has no effect for application 'there' (fcgi:): it is for wsgi:, php:, cgi: and exec:; remove it",
                "shop.yaml:15: autoindex has no effect for this route: it is for PHP sites and static routes; remove it",
                "shop.yaml:18: queue-timeout has no effect for this route: it is for applications; remove it",
                "shop.yaml:19: timeout has no effect for this route: it is for applications; remove it",
                "shop.yaml:6: min-processes has no effect without 'scaling: dynamic': add it, or remove it",
                "shop.yaml:7: index has no effect for application 'here' (wsgi:): it is for PHP sites and static routes; remove it",
            ])
    }

    @Test("A folder of files has settings of processes for nothing, in its section as on the command line")
    func folders() throws {
        #expect(
            try warnings(["static:/tmp", "--processes", "3"]) == [
                "--processes has no effect for 'static:/tmp': it is for wsgi:, php:, cgi:, exec: and fcgi:; remove it"
            ])
        // Where the folder is a relative one, it begins in `chdir`: that is of use.
        let file = """
            applications:
              files:
                run: static:tmp
                chdir: /
                processes: 4
                threads: 3
                user: www
                env: [A=1]
            """
        #expect(
            try warnings([], file: file).sorted() == [
                "shop.yaml:5: processes has no effect for application 'files' (static:): it is for wsgi:, php:, cgi:, exec: and fcgi:; remove it",
                "shop.yaml:6: threads has no effect for application 'files' (static:): it is for wsgi: and swift:; remove it",
                "shop.yaml:7: user has no effect for application 'files' (static:): it is for wsgi:, php:, cgi: and exec:; remove it",
                "shop.yaml:8: env has no effect for application 'files' (static:): it is for wsgi:, php:, cgi: and exec:; remove it",
            ])
        let set = try ApplicationSet(serving: readSettings(file: file))
        #expect(set.fallback.folders == ["/tmp"])
    }

    @Test("A default that cannot count for an application keeps it from nothing")
    func passedOver() throws {
        let set = try ApplicationSet(
            serving: readSettings(
                file: """
                    scaling: dynamic
                    min-processes: 4
                    root: /nowhere
                    applications:
                      one: {run: "exec:/bin/cat", processes: 2}
                      two: {run: "fcgi:127.0.0.1:9", root: /tmp}
                      three: {run: "cgi:/tmp"}
                    routes: [{path: /1, application: one}, {path: /2, application: two}, {path: /3, application: three}]
                    """))
        #expect(set.plans.map(\.seats) == [2, 0, 1])
    }

    @Test(
        "A mistake in an application's settings names its own line",
        arguments: [
            (
                "min-processes: 4\nprocesses: 2\nscaling: dynamic\napplications: {a: {run: 'exec:/bin/cat'}}",
                "shop.yaml:1: min-processes is 4, and --processes 2: make the first one smaller"
            ),
            (
                "applications:\n  a:\n    run: exec:/bin/cat\n    scaling: dynamic\n    min-processes: 4\n    processes: 2",
                "shop.yaml:5: min-processes is 4, and --processes 2: make the first one smaller"
            ),
            (
                "scaling: ondemand\nqueue-size: 0\napplications: {a: {run: 'exec:/bin/cat'}}",
                "shop.yaml:1: scaling ondemand starts processes for requests that wait, and --queue-size 0 lets none wait: allow some"
            ),
            (
                "\nroot: /nowhere\napplications: {a: {run: 'fcgi::9'}}",
                "shop.yaml:2: cannot read the folder '/nowhere' (root): is it there, and may this user enter it?"
            ),
            (
                "\n\nuser: nobody-of-that-name\napplications: {a: {run: 'exec:/bin/cat'}}",
                "shop.yaml:3: there is no user 'nobody-of-that-name' (user): create the user, or name another one or a number"
            ),
            (
                "applications:\n  a:\n    run: wsgi:x\n    python: /no/python",
                "shop.yaml:4: cannot run '/no/python' (python): is it there, and executable?"
            ),
        ])
    func places(_ file: String, _ expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try ApplicationSet(serving: readSettings(file: file))
        }
        #expect(error?.message == expected)
    }
}
