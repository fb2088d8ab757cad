import Syscalls
import Testing

/// What once went wrong with `--reload`.
@Suite("What must not come back: files that change", .serialized)
struct FileChangeRegressionTests {
    private func application(_ text: String) -> String {
        """
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'\(text)']

        """
    }

    /// Runs `body` with an application in the folder `site`.
    private func withSite(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, _ site: String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let site = folder / "site"
        try run("mkdir", site)
        try TextFile.write(application("first"), to: site + "/page.py")
        try withGateway(
            "wsgi:page:application", "--reload", "--chdir", site, folder: folder,
            sourceLocation: sourceLocation
        ) { gateway in
            #expect(try gateway.get("/").text == "first", sourceLocation: sourceLocation)
            try body(gateway, site)
        }
    }

    @Test("A folder that comes with files in it counts, and is watched from then on", .timeLimit(.minutes(5)))
    func movedIn() throws {
        try withSite { gateway, site in
            try run("mkdir", "-p", gateway.folder / "elsewhere/deep")
            try TextFile.write("value = 1\n", to: gateway.folder / "elsewhere/deep/module.py")
            try Files.rename(gateway.folder / "elsewhere", to: site + "/package")
            try eventually("it counts") { gateway.hasLogged("package/deep/module.py", "has changed") }
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            try TextFile.write("value = 2\n", to: site + "/package/deep/module.py")
            try eventually("it is reloaded once more") { gateway.hasLogged("generation 3 serves") }
        }
    }

    @Test("A file in folders that were made a moment before counts", .timeLimit(.minutes(5)))
    func madeAtOnce() throws {
        try withSite { gateway, site in
            try run("sh", "-c", "mkdir -p \(site)/a/b/c && echo 'value = 1' > \(site)/a/b/c/module.py")
            try eventually("it counts") { gateway.hasLogged("module.py", "has changed") }
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
        }
    }

    @Test("Another folder in the place of the application's own is noticed", .timeLimit(.minutes(5)))
    func replacedFolder() throws {
        try withSite { gateway, site in
            try run("mkdir", gateway.folder / "next")
            try TextFile.write(application("second"), to: gateway.folder / "next/page.py")
            try Files.rename(site, to: gateway.folder / "last")
            try Files.rename(gateway.folder / "next", to: site)
            try eventually("it is served") { try gateway.get("/").text == "second" }
            try TextFile.write(application("third"), to: site + "/page.py")
            try eventually("it is watched") { try gateway.get("/").text == "third" }
        }
    }

    // MARK: Swift programs

    /// Runs `body` with a copy of the program that has an application of its own.
    private func withProgram(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, _ program: String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let program = folder / "program"
        try run("cp", Build.testApplication, program)
        try run("cp", Build.testApplication, program + ".next")
        try GatewayProcess(
            nil, ["--reload"], environment: ["TEST_APPLICATION=inline"], folder: folder, program: program
        ).use(sourceLocation: sourceLocation) { gateway in try body(gateway, program) }
    }

    private func starts(_ gateway: GatewayProcess) -> Int {
        gateway.log.split(separator: "listening at").count - 1
    }

    @Test(
        "A program that does not run changes nothing, and the next one is taken", .timeLimit(.minutes(5)),
        arguments: ["head -c 65536 \"$0\"", "printf '#!/bin/sh\\nexit 1\\n'"])
    func brokenProgram(command: String) throws {
        try withProgram { gateway, program in
            let workers = try gateway.get("/").text
            try run(
                "sh", "-c", "\(command) > \"$0.broken\" && chmod +x \"$0.broken\" && mv \"$0.broken\" \"$0\"",
                program)
            try eventually("the log says so") { gateway.hasLogged("[error]", "the one that runs goes on") }
            #expect(try gateway.get("/").text == workers)
            try Files.rename(program + ".next", to: program)
            try eventually("the next one serves") { starts(gateway) == 2 }
            #expect(try gateway.get("/").text != workers)
        }
    }

    @Test("INT ends one for good that was about to begin anew", .timeLimit(.minutes(5)))
    func stopDuringRestart() throws {
        try withProgram { gateway, program in
            let held = try gateway.connectAndHold("gate")
            try Files.rename(program + ".next", to: program)
            try eventually("it is about to begin anew") { gateway.hasLogged("stopping: exchanges") }
            gateway.signal(.int)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(starts(gateway) == 1)
            held.close()
        }
    }
}
