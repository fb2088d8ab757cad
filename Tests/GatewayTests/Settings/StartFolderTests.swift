import Syscalls
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("The folder where the gateway was started")
struct StartFolderTests {
    @Test(
        "$PWD names it where that leads there, and nothing else does",
        arguments: [
            ("/srv/release1", "/srv/current", true, "/srv/current"),
            ("/srv/release1", "/srv/other", false, "/srv/release1"),
            ("/srv/release1", "current", true, "/srv/release1"),
            ("/srv/release1", nil, true, "/srv/release1"),
            ("/srv/release1", "", true, "/srv/release1"), (nil, "/srv/gone", false, "/srv/gone"),
            (nil, nil, false, "."),
        ] as [(String?, String?, Bool, String)])
    func path(_ working: String?, _ variable: String?, _ leadsThere: Bool, _ expected: String) {
        #expect(StartFolder.path(working: working, variable: variable) { _ in leadsThere } == expected)
    }

    @Test("One reading goes by one folder: a link that is switched leads the next one elsewhere")
    func releases() throws {
        try withFolder("mkdir one two; ln -s one current") { folder in
            let first = WorkFolder(start: folder + "/current", try FolderReference.find(folder + "/current"))
            #expect(first.path.hasSuffix("/one") && !first.isGone)
            try Files.rename(folder + "/current", to: folder + "/before")
            #expect(try SettingsLoader.absolute("a", .path, in: first).hasSuffix("/one/a"))
            let second = WorkFolder(start: folder + "/two", try FolderReference.find(folder + "/two"))
            #expect(!second.isSame(as: first) && first.isSame(as: first))
        }
    }

    @Test("What needs a folder that is gone says so, and nothing else does")
    func gone() throws {
        let gone = WorkFolder(start: "/srv/release1", nil)
        #expect(gone.isGone)
        #expect(try SettingsLoader.absolute("/etc/a", .path, in: gone) == "/etc/a")
        #expect(try SettingsLoader.absolute("python3", .program, in: gone) == "python3")
        let expected =
            "the folder '/srv/release1', where the gateway was started, is gone: make it again, or start the gateway in another one"
        #expect(throws: ConfigurationError.environment(expected)) {
            try SettingsLoader.absolute("a", .path, in: gone)
        }
        var settings = Settings()
        settings.folder = gone
        #expect(throws: ConfigurationError.environment(expected)) {
            try ApplicationPlan(.wsgi("a:b"), name: "a", settings: settings)
        }
        settings.directory = "/tmp"
        settings.python = "/bin/sh"
        #expect(try !ApplicationPlan(.wsgi("a:b"), name: "a", settings: settings).needsStartFolder)
    }

    @Test("A folder that was removed is gone, one that was renamed is not")
    func removed() throws {
        try withFolder("mkdir one two") { folder in
            let one = try FolderReference.find(folder + "/one")
            let two = try FolderReference.find(folder + "/two")
            try Files.rename(folder + "/one", to: folder + "/other")
            #expect(!one.isGone && one.currentPath == Files.absolutePath(folder + "/other"))
            try Files.removeFolder(folder + "/two")
            #expect(two.isGone)
        }
    }

    @Test("Another release is another application, though its settings are the same")
    func release() throws {
        try withFolder("mkdir one two; ln -s one current; ln -s two next") { folder in
            func plan(_ name: String) throws -> ApplicationPlan {
                var settings = Settings()
                settings.directory = folder + "/" + name
                return try ApplicationPlan(.exec(["/bin/cat"]), name: "a", settings: settings)
            }
            let before = try plan("current")
            #expect(before.program?.directory == Files.absolutePath(folder + "/one"))
            try Files.rename(folder + "/next", to: folder + "/current")
            #expect(try !plan("current").isServed(byProcessesOf: before))
            #expect(try plan("current").isServed(byProcessesOf: plan("current")))
        }
    }
}
