import Testing
@testable import Settings
@testable import SettingsReading

@Suite("The configuration file")
struct ConfigurationFileTests {
    @Test("Scalars are taken as they are written")
    func scalars() throws {
        let reading = try readSettings(
            file: """
                # A shop.
                application: "exec:./shop --flag"
                umask: 0027
                socket-mode: 0o660
                workers: "4"
                limit-request-body: 10M
                preload: True
                group: 0100
                env:
                  - "A=1: 2"
                  - "B=\\u00e9"
                proc-name: 'it''s'
                """)
        let settings = reading.settings
        #expect(reading.application?.text == "exec:./shop --flag")
        #expect(settings.umask == 0o27)
        #expect(settings.socketMode == 0o660)
        #expect(settings.workers == 4)
        #expect(settings.bodyLimit == 10 << 20)
        #expect(settings.preloads)
        #expect(settings.group == "0100")
        #expect(settings.environment == ["A=1: 2", "B=é"])
        #expect(settings.processName == "it's")
        #expect(settings.configurationFile?.hasSuffix("/shop.yaml") == true)
    }

    @Test("A file that says nothing sets nothing", arguments: ["", "\n", "# nothing\n", "---\n", "{}"])
    func empty(_ text: String) throws {
        #expect(try readSettings(file: text).origins.keys.sorted() == ["config"])
    }

    @Test(
        "A mistake is one line that names the line of the file",
        arguments: [
            ("worker: 4", "1: there is no setting 'worker'; did you mean 'workers'?"),
            (
                "\ngraceful_timeout: 4",
                "2: there is no setting 'graceful_timeout'; did you mean 'graceful-timeout'?"
            ),
            ("--bind: ':1'", "1: there is no setting '--bind'; did you mean 'bind'?"),
            ("aplication: x", "1: there is no setting 'aplication'; did you mean 'application'?"),
            ("quux: 4", "1: there is no setting 'quux': gateway --help lists them"),
            ("config: a", "1: a configuration file cannot name another one: remove 'config'"),
            (
                "timeout: 1\n# a\ntimeout: 2",
                "3: 'timeout' is set more than once (line 1 sets it too): keep one of them"
            ),
            (
                "threads: 1\n'timeout': 1\n\n\"timeout\": 2\ntimeout: 3\nthreads: 2",
                "6: 'threads' is set more than once (line 1 sets it too): keep one of them"
            ),
            (
                "applications:\n  a:\n    run: x\n    env:\n      A: 1\n      B: 1\n      A: 2",
                "7: 'A' is set more than once (line 5 sets it too): keep one of them"
            ),
            (
                "applications:\n  a: {run: x}\n  b: {run: x}\n  a: {run: y}",
                "4: 'a' is set more than once (line 2 sets it too): keep one of them"
            ),
            (
                "routes:\n  - path: /a\n    respond: 404\n  - path: /b\n    respond: 404\n    path: /c",
                "6: 'path' is set more than once (line 4 sets it too): keep one of them"
            ),
            ("port: 8000", "1: there is no setting 'port': write 'bind: :PORT'"),
            ("workers: 0", "1: workers is 0: write a number from 1 to 64"),
            ("bind:\n  - a:1\n  - b", "3: bind: 'b' is no address: "),
            ("workers: [1, 2]", "1: workers has a list: write one value"),
            ("application: [a]", "1: application has a list: write one value"),
            ("time:\n  out: 1", "1: there is no setting 'time'"),
            ("timeout:\n  out: 1", "2: timeout has a list or a map in it: write plain values"),
            ("env:\n  - A=1\n  - [B=2]", "3: env has a list or a map in it: write plain values"),
            ("env:\n  - A: 1", "2: env has a list or a map in it: write plain values"),
            ("workers:", "1: workers has no value: write one, or remove the line"),
            ("workers: ~", "1: workers has no value: write one, or remove the line"),
            ("env: [A=1, null]", "1: env has no value: write one, or remove the line"),
            ("bind: []", "1: bind is an empty list: name an address, or remove it"),
            ("preload: maybe", "1: preload is 'maybe': write true or false"),
            ("env: \"A=\\0\"", "1: env holds a NUL: remove it"),
            ("- a", "1: the file is no map of settings: write lines like 'workers: 4'"),
            ("just text", "1: the file is no map of settings: write lines like 'workers: 4'"),
            ("[a]: b", "1: a name is no list and no map: "),
            ("a: b: c", "1: this is no YAML: "), ("workers: 4\nbind: [", "2: this is no YAML: "),
            ("bind: [a:1\n\nworkers: 4\n", "1: this is no YAML: did not find expected ',' or ']'"),
            (
                "workers: 4\nproc-name: \"a\nthreads: 2\n",
                "2: this is no YAML: found unexpected end of stream"
            ),
            ("workers: 4\ntimeout 5\nthreads: 2\n", "2: this is no YAML: could not find expected ':'"),
            ("applications:\n  a:\n    run: x\n   env: A=1\n", "4: this is no YAML: did not find"),
            ("workers: 4\n\ttimeout: 3", "2: a tab indents this line: use blanks"),
            ("applications:\n  a:\n\t  run: x", "3: a tab indents this line: use blanks"),
            ("bind: *a", "1: this is no YAML: "),
            ("a: 1\n---\nb: 1", "2: this is no YAML: "),
            ("timeout: 1\nworkers: \u{1}", "2: this is no YAML: "),
        ])
    func mistakes(_ text: String, _ expected: String) throws {
        let message = try #require(try mistake(file: text))
        #expect(message.hasPrefix("shop.yaml:\(expected)"), "\(message)")
        #expect(!message.contains { $0.isNewline })
    }

    @Test("A mistake is found also where a later source replaces the value")
    func replaced() throws {
        #expect(try mistake(["--workers", "1"], file: "workers: 0")?.hasPrefix("shop.yaml:1: ") == true)
    }

    @Test("What is no file of text is refused", arguments: ["/", "/nowhere/shop.yaml", "/dev/null"])
    func noFile(_ path: String) throws {
        #expect(try mistake(["--config", path])?.contains("'\(path)' (--config)") == true)
    }

    @Test("A file of the wrong kind, or far too large, is refused")
    func wrongFile() throws {
        try withFolder("printf 'a: 1\\n\\377' >latin; head -c 1048577 /dev/zero >large") { folder in
            let latin = try mistake(["-c", folder + "/latin"])
            #expect(latin == "\(folder)/latin:2: this is no UTF-8: save the file as UTF-8")
            let large = try mistake(["-c", folder + "/large"])
            #expect(large?.contains("larger than 1 MiB") == true)
        }
    }

    @Test(
        "A mistyped name has a nearest one where it resembles it",
        arguments: [
            ("worker", "workers"), ("keepalive", "keep-alive"), ("Workers", "workers"), ("PID", "pid"),
            ("limit_request_line", "limit-request-line"), ("gracefull-timeout", "graceful-timeout"),
            ("nothing", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(_ text: String, _ name: String?) {
        #expect(NearestName.of(text, in: Declaration.all.map(\.name)) == name)
    }

    @Test(
        "The distance of two names is the number of characters to change",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("a", "b", 1),
            ("ab", "ba", 2),
        ])
    func distance(_ left: String, _ right: String, _ expected: Int) {
        #expect(NearestName.distance(left, right) == expected)
    }
}
