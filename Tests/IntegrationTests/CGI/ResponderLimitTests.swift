// What a web server, a reader or a client may do to the responder that would hold, fill or fool it.

import Syscalls
import Testing

@Suite("The limits of the CGI responder", .serialized)
struct ResponderLimitTests {
    private static let scripts: [(String, String)] = [
        // Takes what has come for the whole when it sees the end, and ends at its leisure.
        (
            "stores.py",
            """
            #!/usr/bin/python3
            import os, signal, sys
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            notes = os.path.dirname(os.environ["DOCUMENT_ROOT"]) + "/notes/"
            sys.stdin.buffer.read(1000)
            with open(notes + "new", "w") as file: file.write(str(os.getpid()))
            os.rename(notes + "new", notes + "script")
            sys.stdin.buffer.read()
            open(notes + "stored", "w").close()

            """
        ),
        (
            "sum-late.py",
            """
            #!/usr/bin/python3
            import os, sys, time
            body = sys.stdin.buffer.read()
            time.sleep(0.5)
            print("Content-Type: text/plain\\n")
            print(os.environ.get("CONTENT_LENGTH", "none"), len(body), sum(body))

            """
        ),
        // Fits into the pipe and the socket with what the responder holds: it ends at once.
        (
            "large.py",
            """
            #!/usr/bin/python3
            import os, sys
            sys.stdout.write("Content-Type: text/plain\\n\\n" + "x" * 300_000 + "end")
            sys.stdout.flush()
            open(os.path.dirname(os.environ["DOCUMENT_ROOT"]) + "/notes/large.py", "w").close()

            """
        ),
        (
            "flood.py",
            """
            #!/usr/bin/python3
            import os, sys
            open(os.path.dirname(os.environ["DOCUMENT_ROOT"]) + "/notes/flood.py", "w").close()
            sys.stdout.write("Content-Type: text/plain\\n\\n" + "x" * 5_000_000 + "end")

            """
        ),
        (
            "shouts.py",
            """
            #!/usr/bin/python3
            import sys
            sys.stderr.write("a line of complaint\\n" * 50_000)
            print("Content-Type: text/plain\\n\\nshouted")

            """
        ),
        // Leaves a child that holds none of its pipes.
        (
            "daemon.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            sleep 1000 < /dev/null > /dev/null 2>&1 & echo $! > "$notes/child"
            printf 'Content-Type: text/plain\\n\\nleft'

            """
        ),
    ]

    private func folder() throws -> ScriptFolder {
        let folder = try ScriptFolder()
        for (name, text) in Self.scripts { try folder.add(name, text) }
        return folder
    }

    @Test(
        "A body that was cut off has no end, as far as its script can see", .timeLimit(.minutes(2)),
        arguments: ["close", "abort", "half"])
    func cutUpload(way: String) throws {
        let responder = try ResponderProcess("-f", in: folder())
        try responder.check("cut_upload", way)
        try responder.scripts.expectEnd(of: "script")
        #expect(Files.status(responder.scripts.folder / "notes/stored") == nil)
        try responder.stop()
    }

    @Test("A client that has sent all may end its side; one that closes gives up", .timeLimit(.minutes(2)))
    func halfClosed() throws {
        let responder = try ResponderProcess("-f", in: folder())
        try responder.check("half_closed")
        try responder.check("half_given_up")
        try responder.scripts.expectEnd(of: "script", "child")
        try responder.stop()
    }

    @Test("Questions that nobody reads the answers of are not taken", .timeLimit(.minutes(2)))
    func cheapQuestions() throws {
        let responder = try ResponderProcess("-f", in: folder())
        try responder.check("cheap_questions", "\(responder.process.pid)")
        try responder.stop()
    }

    @Test("The time of a slow reader is not the script's", .timeLimit(.minutes(2)))
    func slowReader() throws {
        let responder = try ResponderProcess("-f", "--timeout", "1", in: folder())
        try responder.check("slow_reader")
        try responder.stop()
    }

    @Test("Names that no system takes are refused at once, and cut in the log", .timeLimit(.minutes(2)))
    func longNames() throws {
        let responder = try ResponderProcess("-f", in: folder())
        try responder.check("long_names")
        try responder.stop()
    }

    @Test("A standard error that nobody reads holds nobody", .timeLimit(.minutes(2)))
    func deafLog() throws {
        let scripts = try folder()
        let socket = scripts.folder / "deaf.socket"
        let pipe = try Pipe(readsWithoutBlocking: true).intoNumbers()
        let reader = OwnedDescriptor(adopting: pipe.readEnd)
        let writer = OwnedDescriptor(adopting: pipe.writeEnd)
        let process = try StartedProcess(
            [Build.gateway, "fcgiwrap", "-s", "unix:\(socket)"], errors: writer.number)
        defer { process.kill() }
        try eventually("it listens") { (try? HTTPClient(unix: socket)) != nil }
        let (status, _, errors) = try outcome(
            of: ["python3", Build.application("fastcgi_client.py"), socket, "deaf_log", scripts.path])
        #expect(status == .exited(0), "\(errors)")
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)
        defer { memory.deallocate() }
        var text = ""
        try eventually("the losses are told") {
            while case .bytes(let count) = Descriptor.read(reader.number, into: memory) {
                text += String(decoding: memory[..<count], as: UTF8.self)
            }
            return text.contains("lost because nobody read the standard error")
        }
        #expect(text.hasPrefix("a line of complaint\n"))
        process.signal(.term)
        #expect(try process.waitForEnd() == .exited(0))
    }

    @Test("What a script leaves in its group dies with the responder", .timeLimit(.minutes(2)))
    func leftBehind() throws {
        let responder = try ResponderProcess("-f", in: folder())
        let client = try StartedProcess(
            ["cgi-fcgi", "-bind", "-connect", responder.socket],
            environment: [
                "REQUEST_METHOD=GET", "DOCUMENT_ROOT=\(responder.scripts.path)",
                "SCRIPT_FILENAME=\(responder.scripts.path)/daemon.sh",
            ])
        #expect(try client.waitForEnd() == .exited(0))
        let child = try #require(responder.scripts.pid("child"))
        #expect(SystemProcess.isRunning(child))
        responder.process.kill()
        try responder.scripts.expectEnd(of: "child")
    }
}
