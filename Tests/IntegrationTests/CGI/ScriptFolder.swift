// CGI scripts as people write them, in a folder of their own.

import Syscalls
import Testing

/// A folder that `cgi:` serves.
struct ScriptFolder {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Scripts may run as another user.
        try run("chmod", "755", folder.path)
        try run("mkdir", "-m", "777", path, folder / "notes")
        for (name, text) in Self.scripts { try add(name, text) }
    }

    var path: String { folder / "cgi-bin" }

    /// Where scripts leave what a test wants to know.
    func note(_ name: String) -> String { TextFile.read(folder / "notes/\(name)").trimmed }

    /// The pid that a script has left.
    func pid(_ name: String) -> ProcessID? { ProcessID(note(name)) }

    /// Waits until processes, whose pids scripts have left, have ended.
    func expectEnd(of names: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        for name in names {
            let pid = try #require(self.pid(name), sourceLocation: sourceLocation)
            try eventually("\(name) has ended", sourceLocation: sourceLocation) {
                !SystemProcess.isRunning(pid)
            }
        }
    }

    func add(_ name: String, _ text: String, mode: String = "755") throws {
        try TextFile.write(text, to: folder / "notes/new")
        // Written by a process that starts no other: a file that is open for writing somewhere cannot be run.
        try run("install", "-m", mode, folder / "notes/new", path + "/" + name)
        Files.remove(folder / "notes/new")
    }

    private static let scripts: [(String, String)] = [
        (
            "env.sh",
            """
            #!/bin/sh
            printf 'Content-Type: text/plain\\n\\n'
            printf 'arguments: %s\\n' "$#"
            exec env

            """
        ),
        (
            "fields.pl",
            """
            #!/usr/bin/perl
            print "Status: 418 I am a teapot\\r\\nX-Query: $ENV{QUERY_STRING}\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>perl";

            """
        ),
        (
            "sum.py",
            """
            #!/usr/bin/python3
            import os, sys
            body = sys.stdin.buffer.read()
            print("Content-Type: text/plain\\n")
            print(os.environ.get("CONTENT_LENGTH", "none"), len(body), sum(body))

            """
        ),
        // Answers before it reads, with more than any pipe or socket holds.
        (
            "early.py",
            """
            #!/usr/bin/python3
            import sys
            sys.stdout.write("Content-Type: text/plain\\n\\n" + "x" * 3000000)
            sys.stdout.flush()
            print(len(sys.stdin.buffer.read()))

            """
        ),
        // Says its head at once, as git-http-backend does.
        (
            "head-first.py",
            """
            #!/usr/bin/python3
            import sys
            print("Content-Type: text/plain\\n", flush=True)
            print(len(sys.stdin.buffer.read()))

            """
        ),
        ("deaf.sh", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nnot interested'\n"),
        // A script with a child, neither of which ends by itself.
        (
            "hang.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            if [ "$QUERY_STRING" = stubborn ]; then trap '' TERM; fi
            sleep 1000 & echo $! > "$notes/child"
            if [ "$QUERY_STRING" = answer ]; then printf 'Content-Type: text/plain\\n\\nbegun'; fi
            echo $$ > "$notes/script.new"; mv "$notes/script.new" "$notes/script"
            while :; do wait; done

            """
        ),
        // Has ended, but for a child that holds its output.
        (
            "leaves.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            printf 'Content-Type: text/plain\\n\\nall'
            sleep 1000 & echo $! > "$notes/child"

            """
        ),
        // Goes on after its answer.
        (
            "works-on.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            printf 'Content-Type: text/plain\\n\\naccepted'
            exec >&-
            while [ ! -e "$notes/go" ]; do sleep 0.02; done
            echo done > "$notes/work"

            """
        ),
        (
            "complains.sh",
            """
            #!/bin/sh
            echo 'first complaint' >&2
            printf 'Content-Type: text/plain\\n\\nok'
            printf 'last complaint, without an end' >&2

            """
        ),
        (
            "gate.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            : > "$notes/running.$$"
            count=$(ls "$notes" | grep -c '^running')
            while [ ! -e "$notes/open" ]; do sleep 0.02; done
            rm "$notes/running.$$"
            printf 'Content-Type: text/plain\\n\\n%s' "$count"

            """
        ),
        ("silent.sh", "#!/bin/sh\necho 'a reason' >&2\nexit 3\n"),
        ("killed.sh", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nbegun'\nkill -9 $$\n"),
        ("local.sh", "#!/bin/sh\nprintf 'Location: /env.sh/there?now\\n\\n'\n"),
        // Asks for another path to be answered, and only then does its work.
        (
            "local-first.sh",
            """
            #!/bin/sh
            notes=$(dirname "$DOCUMENT_ROOT")/notes
            printf 'Location: /env.sh\\n\\n'
            sleep 0.3
            echo done > "$notes/work"

            """
        ),
        ("client.sh", "#!/bin/sh\nprintf 'Location: http://example.org/x\\n\\n'\n"),
        ("nph-raw.sh", "#!/bin/sh\nprintf 'HTTP/1.1 200 OK\\r\\n\\r\\n'\n"),
        ("broken.sh", "#!/no/such/interpreter\n"),
        ("who.sh", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; id -un; id -Gn; umask; pwd\n"),
    ]
}

extension GatewayProcess {
    /// The CGI responder: a process of the gateway's own program.
    var responder: ProcessID {
        get throws {
            let found = try tree.entries.filter { entry in
                TextFile.read("/proc/\(entry.pid)/cmdline").hasPrefix("gateway\0fcgiwrap\0")
            }
            return try #require(found.map(\.pid).min())
        }
    }

    /// A request with a body.
    func post(_ target: String, _ body: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws
        -> HTTPResponse
    {
        let client = try connect()
        client.send(
            "POST \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
        )
        client.send(body)
        return try client.receive(sourceLocation: sourceLocation)
    }
}
