import Syscalls
import Testing

@testable import ProjectTemplate

@Suite("A new package")
struct NewProjectTests {
    private func make(_ folder: String, in place: TemporaryFolder) throws -> String {
        let order = try #require(try Order([folder, "--package", place / "gateway"]))
        return try NewProject.write(order, PackageReference(order.package, builtIn: nil))
    }

    @Test("It has a manifest, a program, tests, and what a person has to know")
    func files() throws {
        let place = try TemporaryFolder()
        try place.makePackage("gateway")
        let text = try make(place / "deep/my-shop", in: place)
        #expect(text.contains("cd \(place / "deep/my-shop")\n"))
        #expect(text.contains("swift run my-shop --bind"))

        func content(_ path: String) throws -> String {
            String(decoding: try Files.content(place / "deep/my-shop/\(path)", limit: 1 << 20), as: UTF8.self)
        }
        let manifest = try content("Package.swift")
        #expect(manifest.hasPrefix("// swift-tools-version: 6.2\n"))
        let path = try #require(Files.absolutePath(place / "gateway"))
        #expect(manifest.contains("path: \"\(path)\""))
        #expect(manifest.contains("name: \"my-shopTests\""))
        let program = try content("Sources/my-shop/main.swift")
        #expect(program.hasSuffix("\nGateway.main(building: makeApplication)\n"))
        for part in ["request.form()", "request.json()", "Response(json:", "writer.write("] {
            #expect(program.contains(part), "\(part)")
        }
        #expect(
            try content("Tests/my-shopTests/ApplicationTests.swift").contains("@testable import my_shop\n"))
        #expect(try content("README.md").hasPrefix("# my-shop\n"))
        #expect(
            try content("README.md").contains(
                "libfcgi-dev zlib1g-dev libbrotli-dev libmd-dev libpcre2-dev libyaml-dev pkg-config"))
        #expect(try content(".gitignore") == ".build/\n")
    }

    @Test("Nothing is written into a folder that is not empty, or over a file")
    func refusal() throws {
        let place = try TemporaryFolder()
        try place.makePackage("gateway")
        try Files.createFolder(place / "shop")
        _ = try make(place / "shop", in: place)
        #expect(throws: Complaint.self) { try make(place / "shop", in: place) }
        try Files.create(place / "file", text: "mine", mode: 0o644)
        let complaint = #expect(throws: Complaint.self) { try make(place / "file", in: place) }
        #expect(complaint?.code == 1)
        #expect(try Files.content(place / "file", limit: 10) == Array("mine".utf8))
    }

    @Test("A name that a module of the gateway has is refused")
    func moduleName() throws {
        let place = try TemporaryFolder()
        try place.makePackage("gateway")
        #expect(throws: Complaint.self) { try make(place / "gatewayInterface", in: place) }
        #expect(Files.status(place / "gatewayInterface") == nil)
    }
}
