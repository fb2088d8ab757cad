import Syscalls
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("What settings make of each other, and what is said of mistakes")
struct SettingsMistakesTests {
    // MARK: Words and lists

    @Test(
        "YAML's false is off wherever off is a word",
        arguments: ["server-header", "compress", "precompressed", "trace", "proxy-protocol"],
        ["false", "False", "no", "off"])
    func off(_ name: String, _ word: String) throws {
        let settings = try readSettings(file: "\(name): \(word)").settings
        #expect(Declaration.named(name)?.show(settings) == "off")
    }

    @Test(
        "YAML's true is refused there, and so is a word for nothing beside others",
        arguments: [
            ("server-header: true", "server-header is 'true': write a text"),
            ("compress: true", "compress is 'true': write gzip, br, or off alone"),
            ("precompressed: yes", "precompressed is 'yes': write gzip, br, or off alone"),
            ("trace: true", "trace is 'true': write off, continue or begin"),
            ("proxy-protocol: true", "proxy-protocol is 'true': write off, v1, v2 or auto"),
            (
                "forwarded-fields: x-forwarded-for, none",
                "forwarded-fields: 'none' stands beside other values: write it alone"
            ),
            ("forwarded-fields: [none, None]", "forwarded-fields: 'none' stands beside other values"),
            ("compress: [br, off]", "compress: 'off' stands beside other values"),
            ("precompressed: false,br", "precompressed: 'false' stands beside other values"),
            ("compress: br,gzip,br", "compress: br stands twice: keep one of them"),
            ("compress: 'b r,g z i p'", "compress is 'b r': write gzip, br, or off alone"),
            ("precompressed: both", "precompressed is 'both': write gzip, br, or off alone"),
        ])
    func words(_ file: String, _ expected: String) throws {
        let message = try #require(try mistake(file: file))
        #expect(message.hasPrefix("shop.yaml:1: \(expected)"), "\(message)")
    }

    @Test("Codings are a list, in the order of preference; a part says its own whole")
    func codings() throws {
        for text in ["br, gzip", "[br, gzip]", "[\"br,gzip\"]", "BR,GZip"] {
            #expect(
                try readSettings(file: "compress: \(text)").settings.compression.codings == [.brotli, .gzip])
            #expect(
                try readSettings(file: "precompressed: \(text)").settings.files.precompressed == [
                    .brotli, .gzip,
                ])
        }
        let options = ["--compress", "gzip", "--compress", "br"]
        #expect(try readSettings(options).settings.compression.codings == [.gzip, .brotli])
        let parts = try readSettings(
            file: "compress: br\napplications: {a: {run: x, compress: gzip}, b: {run: x, compress: off}}")
        #expect(parts.applications.map(\.settings.compression.codings) == [[.gzip], []])
        #expect(try readSettings(["--forwarded-fields", "None"]).settings.forwardedFields.isEmpty)
    }

    @Test(
        "A list with commas is shown as it is written",
        arguments: Declaration.all.filter { $0.form == .commaSeparated && !$0.show(Settings()).isEmpty }.map(
            \.name))
    func shown(_ name: String) throws {
        let declaration = try #require(Declaration.named(name))
        let shown = declaration.show(Settings())
        let settings = try readSettings(["--\(name)=\(shown)"]).settings
        #expect(declaration.show(settings) == shown && !shown.contains(" "))
    }

    @Test("Pages and prefixes may be a map of names and values")
    func maps() throws {
        let settings = try readSettings(
            file: "error-page: {404: /a.html, '502,503': /b.html}\nx-accel-root: {/files/: /srv}"
        ).settings
        #expect(settings.errorPages.map(\.statuses) == [[404], [502, 503]])
        #expect(settings.errorPages.map(\.path) == ["/a.html", "/b.html"])
        #expect(settings.accelRoots == [AccelRoot(prefix: "/files/", folder: "/srv")])
    }

    // MARK: Contradictions

    @Test(
        "What another limit makes unreachable is refused; defaults are nobody's mistake",
        arguments: [
            (
                "limit-request-line: 1M",
                "1: limit-request-line is 1M, more than the 64K of 'limit-request-head': lower it, or raise that"
            ),
            ("limit-request-line: 1M\nlimit-request-head: 2M", nil), ("limit-request-head: 1K", nil),
            (
                "worker-buffers: 1M\nbuffer-memory: 100M",
                "2: buffer-memory is 100M, more than the 1M of 'worker-buffers': lower it, or raise that"
            ),
            (
                "applications:\n  a:\n    run: x\n    buffer-memory: 1G",
                "4: buffer-memory is 1G, more than the 256M of 'worker-buffers': lower it, or raise that"
            ),
            ("worker-buffers: 1M\nbuffer-memory: 1M", nil),
            (
                "error-page: [404=/a, '404,410=/b']",
                "1: error-page: there are two pages for 404: keep one of them"
            ),
            ("error-page: 404=/a\napplications: {a: {run: x, error-page: 404=/b}}", nil),
        ] as [(String, String?)])
    func refused(_ file: String, _ expected: String?) throws {
        #expect(try mistake(file: file) == expected.map { "shop.yaml:\($0)" })
    }

    @Test(
        "What has no effect is said",
        arguments: [
            ("intercept-errors: true", "intercept-errors has no effect without a page"),
            ("intercept-errors: true\nerror-page: 404=/a", nil),
            ("intercept-errors: true\nroutes: [{path: /a, respond: 404, error-page: 404=/a}]", nil),
            ("intercept-errors: false", nil),
            ("routes: [{path: /a, respond: 404, intercept-errors: true}]", "intercept-errors has no effect"),
            ("casefold-http-method: true", "casefold-http-method has no effect where"),
            ("casefold-http-method: true\npermit-unconventional-http-method: true", nil),
            (
                "trust-request-id: true\nforwarded-allow-ips: []",
                "trust-request-id has no effect where nobody is trusted"
            ),
            ("trust-request-id: true", nil),
            (
                "address-connections: 9\nforwarded-allow-ips: '*'",
                "address-connections has no effect where every peer"
            ),
            ("address-connections: 0\nforwarded-allow-ips: '*'", nil), ("forwarded-allow-ips: '*'", nil),
        ] as [(String, String?)])
    func warnings(_ file: String, _ expected: String?) throws {
        let warnings = try readSettings(file: file).warnings
        #expect(warnings.count == (expected == nil ? 0 : 1), "\(warnings)")
        if let expected { #expect(warnings.first?.hasPrefix("shop.yaml:1: \(expected)") == true) }
    }

    @Test("A route with files alone has nothing to compress")
    func compressedFiles() throws {
        func plan(_ route: String) throws { _ = try ApplicationSet(serving: readSettings(file: route)) }
        let error = #expect(throws: ConfigurationError.self) {
            try plan("routes:\n  - {path: /*, static: /tmp, compress: br}")
        }
        #expect(error?.message.hasPrefix("shop.yaml:2: compress is for the answers of applications") == true)
        try plan("compress: br\nroutes:\n  - {path: /*, static: /tmp}")
        try plan("routes:\n  - {path: /*, static: /tmp, compress: off}")
    }

    // MARK: Messages

    @Test(
        "A message is one line, and shows what was written",
        arguments: [
            (["--cache-control", "a\nb"], #"--cache-control is 'a\nb': write "#),
            (["--server-header", "a\r\nb"], #"--server-header is 'a\r\nb': write "#),
            (["--bind", "a\nb"], #"--bind: 'a\nb' is no address"#),
            (["--worker-class", "a\nb"], #"--worker-class is 'a\nb': write "#),
            (["--body-rate", "-1"], "--body-rate is -1: write 0, or octets"),
            (["--max-ranges", "-1"], "--max-ranges is -1: write a number"),
            (["-w", "-2"], "--workers is -2: "),
            (["--error-page", "200=app.py"], "--error-page is '200=app.py': write STATUS=FILE"),
            (
                ["--access-log-format", "%h %l"],
                "--access-log-format: '%h %l' is no format of the access log: '%h' is no atom: write %(ATOM)s"
            ),
            (
                ["--access-log-format", "$remote_addr - $status"],
                "--access-log-format: '$remote_addr - $status' is no format of the access log: atoms are Gunicorn's, as %(h)s, and not nginx's"
            ),
        ])
    func messages(_ arguments: [String], _ expected: String) throws {
        let message = try #require(try mistake(arguments))
        #expect(message.hasPrefix(expected), "\(message)")
        #expect(!message.contains { $0.isNewline })
    }

    @Test("Only a number is taken for the value of the option before it")
    func negativeNumbers() throws {
        for arguments in [
            ["--body-rate", "-x"], ["--body-rate", "--preload"], ["--preload", "-1"], ["-1"],
        ] {
            #expect(throws: (any Error).self) { _ = try GatewayCommand.parse(words: arguments) }
        }
        #expect(try readSettings(variable: "--queue-size=3").settings.queueSize == 3)
        #expect(
            try mistake(variable: "--queue-size -1")?.hasPrefix("GATEWAY_CMD_ARGS: --queue-size is -1")
                == true)
    }

    @Test("A start without descriptors says what to raise")
    func descriptors() {
        let full = ConfigurationError.start(SyscallError(call: "eventfd", code: 24))
        #expect(
            full.message
                == "cannot start: eventfd: Too many open files: raise the limit of descriptors (ulimit -n)")
        #expect(full.exitCode == 1)
        let other = ConfigurationError.start(SyscallError(call: "eventfd", code: 12))
        #expect(other.message == "cannot start: eventfd: Cannot allocate memory")
    }

    // MARK: Files

    @Test("A file that cannot be used is named with the place that names it")
    func files() throws {
        try withFolder("printf 'root:x:0:0::/root:/bin/sh\\n' >users; printf 'x/y z\\n' >types; mkdir sub") {
            folder in
            for (file, expected) in [
                (
                    "\nmime-types: \(folder)/none",
                    "cannot use '\(folder)/none' (shop.yaml:2: mime-types): open: No"
                ),
                (
                    "mime-types: \(folder)/sub",
                    "cannot use '\(folder)/sub' (shop.yaml:1: mime-types): it is a folder"
                ),
                (
                    "mime-types: /dev/zero",
                    "cannot use '/dev/zero' (shop.yaml:1: mime-types): it is no regular file"
                ),
                (
                    "mime-types: \(folder)/users",
                    "'\(folder)/users' (shop.yaml:1: mime-types) names no media type"
                ),
                (
                    "error-page: {404: \(folder)/sub}",
                    "cannot use '\(folder)/sub' (shop.yaml:1: error-page): it is a"
                ),
                (
                    "routes:\n  - path: /a\n    respond: 404\n    error-page: 404=\(folder)/none",
                    "cannot use '\(folder)/none' (shop.yaml:4: error-page): open: No such file"
                ),
                (
                    "applications:\n  a:\n    run: x\n    error-page: 404=\(folder)/none",
                    "cannot use '\(folder)/none' (shop.yaml:4: error-page): open: No such file"
                ),
            ] {
                var reading = try readSettings(file: file)
                let error = #expect(throws: ConfigurationError.self) { try reading.loadFiles() }
                #expect(error?.message.hasPrefix(expected) == true, "\(error?.message ?? "")")
            }
            var reading = try readSettings(["--mime-types", folder + "/types"])
            try reading.loadFiles()
            #expect(reading.settings.mediaTypesText == Array("x/y z\n".utf8))
            var command = try readSettings(["--mime-types", folder + "/none"])
            let error = #expect(throws: ConfigurationError.self) { try command.loadFiles() }
            #expect(error?.message.contains("(--mime-types): open: No such file") == true)
        }
    }
}
