import Syscalls
import Testing

@Suite("Programs named by octets")
struct OctetProgramTests {
    private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("What a path is to who wants to run it, with and without a folder around it")
    func standing() throws {
        let folder = try Shell.run("printf %s \"$(mktemp -d)\"")
        defer { _ = try? Shell.run("rm -rf \"$0\"", [folder]) }
        _ = try Shell.run(
            """
            cd "$0"; mkdir d; : > plain; : > prog; chmod 755 prog; ln -s prog link; ln -s /bin/sh out
            mkfifo pipe; ln -s .. up
            """, [folder])
        let directory = try Files.openDirectory(folder)
        for (name, standing) in [
            ("prog", .executable), ("link", .executable), ("plain", .notExecutable), ("d", .directory),
            (".", .directory), ("pipe", .other), ("missing", .missing), ("prog/x", .missing),
            ("d/x", .missing),
        ] as [(String, ProgramStanding)] {
            #expect(Files.programStanding(octets(folder + "/" + name)) == standing, "\(name)")
            #expect(
                Files.programStanding(octets(name), beneath: directory.number, links: .owner) == standing,
                "\(name)")
        }
        // What a path leads out of the folder to is not there.
        #expect(Files.programStanding(octets(folder + "/out")) == .executable)
        for name in ["../prog", "/bin/sh"] {
            #expect(
                Files.programStanding(octets(name), beneath: directory.number, links: .owner) == .missing,
                "\(name)")
        }
    }

    @Test("A program with a path and variables that are no UTF-8 gets them as they are")
    func exact() throws {
        let folder = try Shell.run("printf %s \"$(mktemp -d)\"")
        defer { _ = try? Shell.run("rm -rf \"$0\"", [folder]) }
        _ = try Shell.run(
            """
            cd "$0"; printf '#!/bin/sh\\nprintf %%s "$V" | od -An -tx1; pwd' > a
            chmod 755 a; mv a "$(printf 'p\\377')"
            """, [folder])
        let output = try Pipe(readsWithoutBlocking: false)
        let process = try ChildProcess.begin(
            OctetProgram(
                path: octets(folder + "/p") + [0xFF],
                environment: [octets("PATH=/usr/bin:/bin"), octets("V=") + [0xC0, 0x80, 0x41]],
                directory: octets("/")),
            descriptors: [output.readEnd.number, output.writeEnd.number, 2])
        let end = output.intoReadEnd()
        let text = Shell.text(of: end.number)
        ChildProcess.wait(process.pid)
        #expect(text == " c0 80 41\n/\n")
    }

    @Test("What cannot be run is an error that says why")
    func failure() throws {
        let error = #expect(throws: SpawnError.self) {
            let process = try ChildProcess.begin(
                OctetProgram(path: octets("/nowhere/at/all"), environment: [], directory: nil),
                descriptors: [0, 1, 2])
            try process.begun(within: 30_000)
        }
        #expect(error?.isNotFound == true)
    }
}
