import Syscalls
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
        "Words of Swift's are no names, and names of modules that a program is built with are not free",
        arguments: [
            "for", "a/class", "Self", "HTTPTypes", "Logging", "ArgumentParser", "YAML", "CYaml", "Foundation",
            "Dispatch", "Testing", "xctest", "Gateway", "gatewayJSON",
        ])
    func takenNames(_ folder: String) throws {
        let complaint = #expect(throws: Complaint.self) { try ProjectName(folder: folder) }
        let name = try #require(folder.split(separator: "/").last)
        #expect(complaint?.message.contains("'\(name)'") == true)
        #expect(complaint?.message.contains("take another one") == true)
        #expect(try ProjectName(folder: folder + "-shop").text == "\(name)-shop")
    }

    @Test("No module of the gateway's own lends its name, wherever its package is")
    func ownModules() throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
        let modules = try Files.list(root + "/Sources").filter { $0.kind == .directory }
        #expect(modules.count > 10)
        for module in modules {
            #expect(throws: Complaint.self, "\(module.name)") { try ProjectName(folder: module.name) }
        }
    }

    @Test(
        "Folders that are none",
        arguments: ["1shop", "my shop", "shöp", "-x", "a.b", "/", "a/Testing", "swift", "x\"y", "main"])
    func noNames(_ folder: String) {
        #expect(throws: Complaint.self) { try ProjectName(folder: folder) }
    }
}
