// Who the processes of a gateway are. The system is asked, in /proc, not the gateway.

import Syscalls
import Testing

@Suite("As root, with --user and --group", .serialized)
struct IdentityTests {
    /// The fields of /proc/PID/status that say who a process is and what it may.
    private func identity(of pid: ProcessID) -> [String: String] {
        var fields: [String: String] = [:]
        for line in TextFile.read("/proc/\(pid)/status").lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[String(parts[0])] = parts[1].split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }
        return fields
    }

    @Test("The master reads for its workers what they have no right to", .timeLimit(.minutes(5)))
    func files() throws {
        try #require(SystemProcess.isRoot, "this test is about what root may read: run it as root")
        let folder = try TemporaryFolder()
        try run("chmod", "755", folder.path)
        for (name, text) in [("types", "x-own/type own\n"), ("lost.html", "lost"), ("a.own", "own")] {
            try TextFile.write(text, to: folder / name)
        }
        try run("chmod", "600", folder / "types", folder / "lost.html")
        let file = """
            workers: 1
            user: www-data
            mime-types: \(folder / "types")
            error-page: {404: \(folder / "lost.html")}
            routes: [{path: /*, static: \(folder.path)}]
            """
        try GatewayProcess(file: file, folder: folder).use { gateway in
            let (own, lost) = (try gateway.get("/a.own"), try gateway.get("/none"))
            #expect(own["Content-Type"] == "x-own/type" && lost.text == "lost")
        }
    }

    @Test(
        "No worker and no application process has a capability, a group or a saved id of root",
        .timeLimit(.minutes(5)), arguments: ["exec", "wsgi"])
    func dropped(kind: String) throws {
        try #require(SystemProcess.isRoot, "this test is about what root gives up: run it as root")
        let folder = try TemporaryFolder()
        // The application writes there as well.
        try run("chmod", "777", folder.path)
        try TextFile.write(
            "def application(e, s):\n    s('200 OK', [])\n    return [b'ok']\n", to: folder / "ours.py")
        let application = try kind == "exec" ? "exec:\(CProgram.responder.path)" : "wsgi:ours:application"
        try withGateway(
            application, "--user", "www-data", "--group", "www-data", "--workers", "2", "--processes", "2",
            "--access-log", folder / "access", "--python", "/usr/bin/python3", "--pid", folder / "pid",
            folder: folder
        ) { gateway in
            let user = try #require(Accounts.user("www-data"))
            let group = try #require(Accounts.group("www-data"))
            for round in 1...2 {
                #expect(try gateway.get("/").status == 200)
                let processes = try gateway.workers + gateway.applications
                #expect(processes.count == 4)
                for pid in processes {
                    let fields = identity(of: pid)
                    let (uid, gid) = ("\(user.uid)", "\(group)")
                    #expect(fields["Uid"] == Array(repeating: uid, count: 4).joined(separator: " "))
                    #expect(fields["Gid"] == Array(repeating: gid, count: 4).joined(separator: " "))
                    #expect(fields["Groups"] == gid)
                    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                        #expect(fields[set] == "0000000000000000", "\(set) of \(pid)")
                    }
                }
                #expect(identity(of: gateway.pid)["Uid"] == "0 0 0 0")
                #expect(TextFile.read(folder / "access").lines.count == round)
                gateway.signal(.hup)
                try eventually("it is reloaded") { gateway.hasLogged("generation \(round + 1) serves") }
                try eventually("the old ones have gone") { try gateway.tree.entries.count == 6 }
            }

            // Rotated logs are made by root, and given to those who write them.
            try Files.rename(folder / "access", to: folder / "access.1")
            gateway.signal(.usr1)
            try eventually("the log is there again") { Files.status(folder / "access") != nil }
            try eventually("it is written by the workers") {
                _ = try gateway.get("/")
                return !TextFile.read(folder / "access").isEmpty
            }
        }
    }

    @Test("A death of the master is the death of all, whoever they are", .timeLimit(.minutes(5)))
    func killed() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--user", "www-data", "--workers", "2"
        ) { gateway in
            gateway.signal(.kill)
            try eventually("nothing is left") { try gateway.tree.entries.isEmpty }
        }
    }

    @Test(
        "The folder of the sockets stays closed to others, and a unix listener has the mode and owner asked for",
        .timeLimit(.minutes(5)))
    func socketOwner() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "socket"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0", "--bind", "unix:\(socket)",
            "--socket-mode", "0660", "--socket-owner", "www-data:daemon", "--umask", "0027"
        ) { gateway in
            #expect(try run("stat", "-c", "%a %U %G", socket) == "660 www-data daemon\n")
            let worker = try #require(try gateway.workers.first)
            let application = try #require(try gateway.applications.first)
            #expect(identity(of: worker)["Umask"] == "0027")
            #expect(identity(of: application)["Umask"] == "0027")
        }
    }

    @Test("A user or a group that does not exist is one clear line", .timeLimit(.minutes(5)))
    func unknown() throws {
        for options in [["--user", "nobody-of-that-name"], ["--group", "no-such-group"]] {
            let (status, _, errors) = try outcome(
                of: [Build.gateway, "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0"] + options)
            #expect(status == .exited(1))
            #expect(errors.lines.count == 1)
            #expect(errors.contains(options[0]) && errors.contains(options[1]))
        }
    }
}
