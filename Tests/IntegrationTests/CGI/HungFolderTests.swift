// A file system that does not answer: a server of files that is gone, a process behind FUSE that has stopped. Whoever looks
// into it waits, and nobody else.

import Syscalls
import Testing

@Suite("A script folder that does not answer", .serialized)
struct HungFolderTests {
    private func scripts() throws -> ScriptFolder {
        let folder = try ScriptFolder()
        try run("mkdir", folder.path + "/hung")
        try folder.add(
            "reads.py",
            """
            #!/usr/bin/python3
            import os, sys
            notes = os.path.dirname(os.environ["DOCUMENT_ROOT"]) + "/notes/"
            open(notes + "reads", "w").close()
            body = sys.stdin.buffer.read()
            print("Content-Type: text/plain\\n\\nread", len(body))

            """)
        return folder
    }

    /// A responder for which nothing below `hung` answers.
    private func responder(_ options: [String], in scripts: ScriptFolder) throws -> ResponderProcess {
        let hung = [try CProgram.hung.path, "/hung/", scripts.folder / "notes"]
        return try ResponderProcess(
            "-f", in: scripts, command: hung + [Build.gateway, "fcgiwrap"] + options)
    }

    @Test("Other scripts run, and a look has a limit", .timeLimit(.minutes(5)), arguments: [false, true])
    func held(isRooted: Bool) throws {
        let scripts = try scripts()
        // With a root, paths are looked up from there.
        let root = scripts.folder.path
        let responder = try responder(["-c", "8"] + (isRooted ? ["--root", root] : []), in: scripts)
        try responder.check("hung_folder")
        try responder.stop()
    }

    @Test("A request that is given up frees its place", .timeLimit(.minutes(5)))
    func givenUp() throws {
        let responder = try responder(["-c", "1"], in: scripts())
        try responder.check("hung_given_up")
        try responder.stop()
    }
}
