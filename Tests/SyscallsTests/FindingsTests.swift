// What a child has found is what its parent goes by, whatever has become of it. The parent is a child too, of the test: a process
// that goes by findings has one thread.

import Syscalls
import Testing

@Suite("Findings", .serialized)
struct FindingsTests {
    private struct Incomplete: Error, Equatable { let question: String }

    /// What `ask` says by what it has found before `change`, in a process of its own; `nil` where it has failed.
    ///
    /// - Parameter extra: Asked only the second time.
    private func answers(
        _ ask: @escaping () -> [String], after change: @escaping () -> Void,
        extra: @escaping () -> Void = {}
    ) throws -> (first: [String], second: [String]?) {
        let file = try Files.temporary(in: "/tmp")
        let number = file.number
        let pid = try HeldChild.forked {
            var first: [String] = []
            guard let report = try? FindingsReport(), let child = try? ChildProcess.fork(diesWithParent: true)
            else { SystemProcess.exitImmediately(10) }
            if child == 0 {
                let findings = Findings.keeping { first = ask() }
                SystemProcess.exitImmediately(report.send(findings) ? 0 : 1)
            }
            guard ChildProcess.result(of: child) == .exited(0) else { SystemProcess.exitImmediately(11) }
            first = ask()
            change()
            guard let findings = report.receive() else { SystemProcess.exitImmediately(12) }
            let second = Self.again(findings, ask, extra)
            let text = ([first] + (second.map { [$0] } ?? [])).map { $0.joined(separator: "\n") }
            try? Descriptor.writeText(number, text.joined(separator: "\u{1}"))
        }
        #expect(ChildProcess.result(of: pid) == .exited(0))
        let text = String(
            decoding: try Files.content("/proc/self/fd/\(number)", limit: 1 << 20), as: UTF8.self)
        let parts = text.split(separator: "\u{1}").map { $0.split(separator: "\n").map(String.init) }
        return (try #require(parts.first), parts.count > 1 ? parts[1] : nil)
    }

    private static func again(
        _ findings: Findings, _ ask: () -> [String], _ extra: () -> Void
    ) -> [String]? {
        func body() throws(Incomplete) -> [String] {
            extra()
            return ask()
        }
        return try? findings.goingBy(incomplete: { Incomplete(question: $0) }, body)
    }

    /// Everything that can be asked about a folder. Users and names are asked for by the gateway's own tests: the libraries that know
    /// them are no thing for a fork of many threads.
    private func everything(_ folder: String) -> [String] {
        let there = folder + "/file"
        let nothing = folder + "/nothing"
        var said: [String] = []
        for path in [folder, there, nothing, folder + "/link"] {
            said.append("\(Files.status(path).map { "\($0.kind) \($0.size) \($0.modified)" } ?? "-")")
            said.append("\(Files.isExecutable(path)) \(Files.isLink(path)) \(Files.isReadable(path))")
            said.append("\(Files.canWriteFile(path)) \(Files.canWriteInDirectory(path))")
            said.append("\(Files.isReadableDirectory(path)) \(Files.absolutePath(path) ?? "-")")
            said.append("\(Files.identity(path) == nil) \(Files.target(path) == nil)")
            do {
                said.append(String(decoding: try Files.content(path, limit: 100), as: UTF8.self))
            } catch { said.append("\(error)") }
            do {
                said.append(String(decoding: try Files.contents(path, limit: 4), as: UTF8.self))
            } catch { said.append("\(error)") }
            do {
                let found = try FolderReference.find(path)
                said.append("\(found.path) \(found.isGone)")
            } catch { said.append("\(error)") }
        }
        return said
    }

    @Test("What is asked again has the same answer when everything is gone")
    func gone() throws {
        try withTemporaryFolder { base in
            let folder = base + "/folder"
            try Files.createFolder(folder)
            try Files.create(folder + "/file", text: "some text", mode: 0o600)
            _ = try Shell.run("ln -s file \(folder)/link")
            let said = try answers({ everything(folder) }) {
                try? Files.rename(folder, to: base + "/elsewhere")
            }
            #expect(said.first.contains { $0.contains("some text") })
            #expect(said.second == said.first)
        }
    }

    @Test("What was not asked before is not looked for, and makes all of it worthless")
    func incomplete() throws {
        let path = "/proc/self/stat"
        let said = try answers(
            { [Files.isReadable(path) ? "yes" : "no"] }, after: {},
            extra: { _ = Files.status("/proc/self/status") })
        #expect(said.first == ["yes"] && said.second == nil)
    }
}
