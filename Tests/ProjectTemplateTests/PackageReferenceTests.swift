import Syscalls
import Testing

@testable import ProjectTemplate

@Suite("Where the gateway's package is")
struct PackageReferenceTests {
    @Test("A URL is taken as it is, and its end is the name")
    func url() throws {
        let plain = try PackageReference("https://example.org/gates/gateway.git", builtIn: nil)
        #expect(plain.identity == "gateway")
        #expect(
            plain.dependency == ".package(url: \"https://example.org/gates/gateway.git\", branch: \"main\")")
        #expect(try PackageReference("git@example.org:my-gateway", builtIn: nil).identity == "my-gateway")
    }

    @Test("A folder has to be that of the gateway's package, and is written with its whole path")
    func folder() throws {
        let place = try TemporaryFolder()
        try place.makePackage("gate\"way")
        let package = try PackageReference(place / "gate\"way/Sources/..", builtIn: nil)
        let path = try #require(Files.absolutePath(place / "gate\"way"))
        #expect(package == .folder(path))
        #expect(package.identity == "gateway")
        #expect(package.dependency.contains(#"/gate\"way")"#))
        #expect(package.hasModule("gatewayinterface"))
        #expect(!package.hasModule("shop"))
        #expect(throws: Complaint.self) { try PackageReference(place.path, builtIn: nil) }
    }

    @Test(
        "Without one it is the package that the program was built in, found from where the program really is")
    func builtIn() throws {
        let place = try TemporaryFolder()
        try place.makePackage("gateway")
        try Files.createFolder(place / "gateway/.build/debug")
        try Files.create(place / "gateway/.build/debug/gateway", text: "", mode: 0o755)
        let package = try PackageReference(nil, builtIn: place / "gateway/.build/debug/gateway")
        #expect(package == .folder(try #require(Files.absolutePath(place / "gateway"))))

        try Files.create(place / "installed", text: "", mode: 0o755)
        let complaint = #expect(throws: Complaint.self) {
            try PackageReference(nil, builtIn: place / "installed")
        }
        #expect(complaint?.message.contains("--package") == true)
    }

    @Test("A text is a literal of Swift, whatever is in it")
    func literal() {
        #expect(PackageReference.literal(#"a"b\c"#) == #""a\"b\\c""#)
        #expect(PackageReference.literal("a\nb\\(c)") == #""a\u{a}b\\(c)""#)
    }
}
