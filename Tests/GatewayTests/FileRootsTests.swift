import Octets
import Testing
@testable import Routing
@testable import Settings

@Suite("Folders that applications may have files sent from")
struct FileRootsTests {
    /// What is there, and what must not be given away.
    private static let files = """
        mkdir -p files/deep/deeper more
        for file in files/a.txt files/deep/b.txt more/c.txt secret.txt files/a%2f.txt; do
            printf %s $file > $file
        done
        ln -s ../secret.txt files/out
        ln -s a.txt files/in
        ln -s files also
        """

    private struct Roots {
        let folder: String
        let roots: FileRoots

        init(_ folder: String) throws {
            self.folder = folder
            var settings = Settings()
            settings.sendfileRoots = [folder + "/files", folder + "/more/", folder + "/also"]
            settings.accelRoots = [
                AccelRoot(prefix: "/p/", folder: folder + "/files"),
                AccelRoot(prefix: "/p/deep/", folder: folder + "/more"),
            ]
            roots = try FileRoots(settings)
        }

        func sendfile(_ path: String) -> String {
            Array(path.utf8).withUnsafeBufferPointer { outcome(roots.sendfile($0)) }
        }

        func accel(_ path: String) -> String {
            Array(path.utf8).withUnsafeBufferPointer { bytes in
                (try? roots.accelRedirect(bytes)).map(outcome) ?? "malformed"
            }
        }
    }

    private func withRoots(_ body: (Roots) throws -> Void) throws {
        try withFolder(Self.files) { try body(Roots($0)) }
    }

    @Test("X-Sendfile: what lies below a folder, by its path or from the first one on")
    func byPath() throws {
        try withRoots { it in
            #expect(it.sendfile(it.folder + "/files/a.txt") == "11")
            #expect(it.sendfile(it.folder + "/files//deep/b.txt") == "16")
            #expect(it.sendfile(it.folder + "/more/c.txt") == "10")
            #expect(it.sendfile(it.folder + "/also/a.txt") == "11")
            #expect(it.sendfile("a.txt") == "11")
            #expect(it.sendfile("deep/../a.txt") == "11")
            #expect(it.sendfile("in") == "11")
            // The path is no URI: nothing in it is an escape.
            #expect(it.sendfile("a%2f.txt") == "14")
        }
    }

    @Test("X-Sendfile: nothing else")
    func notByPath() throws {
        try withRoots { it in
            #expect(it.sendfile("/etc/passwd") == "403")
            #expect(it.sendfile(it.folder + "/secret.txt") == "403")
            #expect(it.sendfile(it.folder + "/files/../secret.txt") == "403")
            #expect(it.sendfile(it.folder + "/filesx") == "403")
            #expect(it.sendfile("../secret.txt") == "403")
            #expect(it.sendfile("out") == "10")
            #expect(it.sendfile("missing") == "404")
            #expect(it.sendfile("a.txt/x") == "404")
            #expect(it.sendfile("deep") == "404")
            #expect(it.sendfile("") == "404")
            #expect(it.sendfile("/") == "403")
            #expect(it.sendfile(it.folder + "/files/") == "404")
            #expect(it.sendfile(String(repeating: "x", count: 5000)) == "404")
        }
    }

    @Test("Links are followed as the settings say")
    func links() throws {
        try withFolder(Self.files) { folder in
            var settings = Settings()
            settings.files.links = .off
            settings.sendfileRoots = [folder + "/files"]
            let roots = try FileRoots(settings)
            let statuses = ["out", "in", "a.txt"].map { name in
                Array(name.utf8).withUnsafeBufferPointer { outcome(roots.sendfile($0)) }
            }
            #expect(statuses == ["403", "403", "11"])
        }
    }

    @Test("X-Accel-Redirect: a decoded path below the longest prefix")
    func byPrefix() throws {
        try withRoots { it in
            #expect(it.accel("/p/a.txt") == "11")
            #expect(it.accel("/p/%61.txt?query") == "11")
            #expect(it.accel("/x/../p/a.txt") == "11")
            #expect(it.accel("/p/deep/c.txt") == "10")
            #expect(it.accel("/p/deep/b.txt") == "404")
            #expect(it.accel("/p//a.txt") == "11")
            #expect(it.accel("/p/a%252f.txt") == "14")
        }
    }

    @Test("X-Accel-Redirect: what has no prefix is a path of the site, what is no path is malformed")
    func elsewhere() throws {
        try withRoots { it in
            #expect(it.accel("/p") == "elsewhere")
            #expect(it.accel("/px/a.txt") == "elsewhere")
            #expect(it.accel("/p/../a.txt") == "elsewhere")
            #expect(it.accel("/p/%2e%2e/secret.txt") == "elsewhere")
            #expect(it.accel("/p/out") == "10")
            #expect(it.accel("/p/") == "404")
            for path in ["", "a.txt", "@name", "/p/%00", "/p/%zz", "/../p/a.txt", "http://a/p/a.txt"] {
                #expect(it.accel(path) == "malformed", "\(path)")
            }
        }
    }

    @Test("Without settings both are off, and a folder that is not there is an error")
    func settings() throws {
        let none = try FileRoots(Settings())
        let path = Array("/etc/passwd".utf8)
        let orders = try path.withUnsafeBufferPointer { [none.sendfile($0), try none.accelRedirect($0)] }
        #expect(orders.map(outcome) == ["off", "off"])
        var wrong = Settings()
        wrong.sendfileRoots = ["/no/such/folder"]
        let error = #expect(throws: ConfigurationError.self) { try FileRoots(wrong) }
        #expect(error?.message.contains("--x-sendfile-root") == true)
    }
}

/// The length of the file, the status that it is refused with, or what else the order means.
private func outcome(_ order: FileOrder) -> String {
    switch order {
    case .off: "off"
    case .elsewhere: "elsewhere"
    case .place(let place):
        switch place.open() {
        case .file(let file): "\(file.remaining)"
        case .refused(let status, _): "\(status)"
        }
    }
}
