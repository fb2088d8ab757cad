import GatewayInterface
import Octets
import Syscalls
import Testing
@testable import CGIResponder

@Suite("Which script a request means")
struct ScriptFinderTests {
    private static let scripts = """
        mkdir -p root/sub/deep out
        for name in root/a root/sub/b root/sub/nph-c out/d; do : > $name; chmod 755 $name; done
        : > root/plain; ln -s ../out/d root/away; ln -s a root/here
        """

    private enum Found: Equatable {
        case run(String, in: String?, name: String? = nil, info: String? = nil)
        case refused(Int)
    }

    private func found(
        _ variables: [(String, String)], _ options: [String] = []
    ) throws -> Found {
        var block = ByteBuffer()
        for (name, value) in variables {
            block.appendPairLengths(name: name.utf8.count, value: value.utf8.count)
            block.append(text: name + value)
        }
        var params = try ScriptParams(decoding: block.bytes)
        let finder = try ScriptFinder(ResponderOptions(parsing: options))
        func text(_ octets: [UInt8]?) -> String? { octets.map { String(decoding: $0, as: UTF8.self) } }
        do throws(ScriptRefusal) {
            let name = try finder.name(in: params)
            let finding = finder.look(for: name)
            // It comes to the responder as two numbers.
            #expect(ScriptFinding(finding.word, of: name) == finding)
            guard case .found(let end) = finding else {
                guard case .refused(let obstacle, _) = finding else { return .refused(0) }
                throw obstacle.refusal
            }
            let script = name.script(end: end)
            name.settle(&params, end: end)
            return .run(
                text(script.path)!, in: text(script.directory), name: text(params["SCRIPT_NAME"]),
                info: text(params["PATH_INFO"]))
        } catch {
            return .refused(Int(error.status.prefix(3)) ?? 0)
        }
    }

    @Test("Numbers that no look can have said are nothing")
    func words() {
        let name = ScriptName(path: Array("/a/b".utf8), folder: nil, isFixed: false, wantedDirectory: nil)
        #expect(ScriptFinding(StartWord(0, 4), of: name) == .found(end: 4))
        for (code, end) in [(0, -1), (0, 5), (99, 1), (-1, 1)] as [(Int32, Int32)] {
            #expect(ScriptFinding(StartWord(code, end), of: name) == nil)
        }
    }

    @Test("By SCRIPT_FILENAME, in its own folder")
    func filename() throws {
        try withFolder(Self.scripts) { made in
            let folder = try #require(Files.absolutePath(made))
            func named(_ path: String, _ more: [(String, String)] = [], options: [String] = []) throws
                -> Found
            {
                try found([("SCRIPT_FILENAME", path)] + more, options)
            }
            let root = folder + "/root"
            #expect(try named(root + "/a") == .run(root + "/a", in: root))
            #expect(try named(root + "/away") == .run(root + "/away", in: root))
            #expect(try named(root + "/plain") == .refused(403))
            #expect(try named(root + "/sub") == .refused(403))
            #expect(try named(root + "/missing") == .refused(404))
            #expect(try named(root + "/a/info") == .refused(404))
            #expect(try named("root/a") == .refused(403))
            #expect(try named(root + "/sub/nph-c") == .refused(501))
            #expect(try named(root + "/a", [("FCGI_CHDIR", "-")]) == .run(root + "/a", in: nil))
            #expect(try named(root + "/a", [("FCGI_CHDIR", "/x")]) == .run(root + "/a", in: "/x"))
            #expect(
                try named("/bin/sh", [("PATH_INFO", "/kept")]) == .run("/bin/sh", in: "/bin", info: "/kept"))

            // Only some scripts, or only what is in a folder.
            #expect(try named(root + "/a", options: ["-p", root + "/a"]) == .run(root + "/a", in: root))
            #expect(try named(root + "/sub/b", options: ["-p", root + "/a"]) == .refused(403))
            #expect(try named(root + "/here", options: ["--root", root]) == .run(root + "/here", in: root))
            #expect(try named(root + "/away", options: ["--root", root]) == .run(root + "/away", in: root))
            for name in ["/away", "/here"] {
                let options = ["--root", root, "--follow-links", "off"]
                #expect(try named(root + name, options: options) == .refused(403))
            }
            #expect(try named(root + "/../out/d", options: ["--root", root]) == .refused(404))
            #expect(try named(folder + "/out/d", options: ["--root", root]) == .refused(403))
            #expect(try named(root + "x", options: ["--root", root]) == .refused(403))
            #expect(try named("/bin/sh", options: ["--root", "/"]) != .refused(403))

            // One script, whatever the request names.
            let fixed = ["--script", root + "/a"]
            #expect(try named("/bin/sh", options: fixed) == .run(root + "/a", in: root))
            #expect(try found([], fixed) == .run(root + "/a", in: root))
        }
    }

    @Test("By DOCUMENT_ROOT and the longest prefix of SCRIPT_NAME that is a file")
    func prefix() throws {
        try withFolder(Self.scripts) { made in
            let folder = try #require(Files.absolutePath(made))
            let root = folder + "/root"
            func named(_ name: String) throws -> Found {
                try found([("DOCUMENT_ROOT", root), ("SCRIPT_NAME", name), ("PATH_INFO", "/old")])
            }
            #expect(try named("/a") == .run(root + "/a", in: root, name: "/a"))
            #expect(try named("/a/x/y") == .run(root + "/a", in: root, name: "/a", info: "/x/y"))
            #expect(try named("/a/") == .run(root + "/a", in: root, name: "/a", info: "/"))
            #expect(
                try named("/sub/b/i") == .run(root + "/sub/b", in: root + "/sub", name: "/sub/b", info: "/i"))
            #expect(try named("/plain/x") == .refused(403))
            #expect(try named("/sub/missing") == .refused(403))
            #expect(try named("/missing") == .refused(404))
            #expect(try named("/../out/d") == .refused(403))
            #expect(try named("/sub/nph-c/x") == .refused(501))
            #expect(try found([("SCRIPT_NAME", "/a")]) == .refused(403))
            #expect(try found([("DOCUMENT_ROOT", root)]) == .refused(403))
            #expect(try found([]) == .refused(403))
            let long = String(repeating: "/x", count: 2048)
            #expect(try named(long) == .refused(414))
            #expect(try named(String(long.dropFirst(root.utf8.count + 1))) == .refused(404))
            #expect(try found([("SCRIPT_FILENAME", long + "/")]) == .refused(414))
        }
    }
}
