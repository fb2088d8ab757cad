import Testing

@testable import ProjectTemplate

@Suite("The command line of gateway new")
struct OrderTests {
    @Test("A folder, and the package where it is said, in any order")
    func order() throws {
        #expect(try Order(["shop"])?.folder == "shop")
        #expect(try Order(["shop"])?.package == nil)
        #expect(try Order(["shop", "--package", "../gateway"])?.package == "../gateway")
        #expect(try Order(["--package=https://example.org/gateway.git", "shop"])?.folder == "shop")
        #expect(try Order(["shop", "--help"]) == nil)
    }

    @Test(
        "What is wrong is said in one line",
        arguments: [
            ([], "name a folder"), (["a", "b"], "one folder"), (["--package"], "needs a folder"),
            (["--pack", "x"], "no option '--pack'"), ([""], "name a folder"),
        ])
    func mistakes(_ arguments: [String], _ part: String) {
        let complaint = #expect(throws: Complaint.self) { try Order(arguments) }
        #expect(complaint?.message.contains(part) == true)
        #expect(complaint?.message.contains("\n") == false)
        #expect(complaint?.code == 2)
    }

    @Test("Folders that are names of programs", arguments: ["shop", "a/b/my-shop", "/x/Shop2/", "s_1"])
    func names(_ folder: String) throws {
        let name = try ProjectName(folder: folder)
        #expect(folder.split(separator: "/").last.map(String.init) == name.text)
        #expect(!name.module.contains("-"))
    }

    @Test(
        "Folders that are none",
        arguments: ["1shop", "my shop", "shöp", "-x", "a.b", "/", "a/Testing", "swift", "x\"y", "main"])
    func noNames(_ folder: String) {
        #expect(throws: Complaint.self) { try ProjectName(folder: folder) }
    }
}
