// The files of a new package. Its program is the one that the project's README shows: scripts/smoke-examples compares the two, builds it,
// and asks it.

/// All that is written.
struct ProjectFiles {
    private let name: ProjectName
    private let package: PackageReference

    init(_ name: ProjectName, _ package: PackageReference) { (self.name, self.package) = (name, package) }

    /// Paths below the folder, and what is in the files.
    var all: [(path: String, text: String)] {
        [
            ("Package.swift", manifest), ("Sources/\(name.text)/main.swift", Self.program),
            ("Tests/\(name.text)Tests/ApplicationTests.swift", tests), ("README.md", readme),
            (".gitignore", ".build/\n"),
        ]
    }

    private var manifest: String {
        let identity = PackageReference.literal(package.identity)
        return """
            // swift-tools-version: 6.2

            import PackageDescription

            let package = Package(
                name: "\(name.text)",
                dependencies: [\(package.dependency)],
                targets: [
                    .executableTarget(
                        name: "\(name.text)", dependencies: [.product(name: "Gateway", package: \(identity))]),
                    .testTarget(
                        name: "\(name.text)Tests",
                        dependencies: [
                            "\(name.text)", .product(name: "GatewayTesting", package: \(identity)),
                        ]),
                ],
                swiftLanguageModes: [.v6]
            )

            """
    }

    private var tests: String {
        """
        import Gateway
        import GatewayTesting
        import Testing

        @testable import \(name.module)

        @Suite("The application")
        struct ApplicationTests {
            let client = TestClient(makeApplication())

            @Test("Who fills in the form is greeted")
            func form() async throws {
                let response = try await client.post("/greet", form: ["name": "Ada"])
                #expect(response.text == "Hello, Ada!\\n")
                let empty = try await client.post("/greet", form: ["name": ""])
                #expect(empty.status == .unprocessableContent)
            }

            @Test("JSON comes back with its total")
            func json() async throws {
                let response = try await client.post(
                    "/orders", body: .text(#"{"item": "tea", "count": 3}"#, type: "application/json"))
                #expect(response.status == .ok)
                #expect(response.text == #"{"cents":750,"item":"tea"}"#)
            }

            @Test("The numbers come one after another")
            func stream() async throws {
                let response = try await client.get("/numbers")
                #expect(response.text == "1\\n2\\n3\\n4\\n5\\n")
            }
        }

        """
    }

    private var readme: String {
        """
        # \(name.text)

        A gateway with an application of its own.

            swift run \(name.text) --bind 127.0.0.1:8000     # http://127.0.0.1:8000/
            swift run \(name.text) --help                    # the options: workers, limits, logs
            swift test                                       # the application, without a socket
            swift build -c release --static-swift-stdlib     # .build/release/\(name.text)

        To be built on Debian it needs `apt-get install libfcgi-dev zlib1g-dev libbrotli-dev libmd-dev libpcre2-dev libyaml-dev pkg-config`.
        The release needs no Swift where it runs, but libfcgi, libbrotlienc, libmd, libpcre2, libyaml and libz: they are linked
        dynamically (Debian 12: libfcgi0ldbl libbrotli1 libmd0 libpcre2-8-0 libyaml-0-2 zlib1g).

        `Sources/\(name.text)/main.swift` has a form, an answer in JSON and one that is streamed.

        Behind lighttpd, nginx or Apache the same program is a FastCGI responder or a CGI script.

        """
    }
}
