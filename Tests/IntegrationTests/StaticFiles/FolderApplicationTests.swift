// A folder of files in the place of an application.

import Syscalls
import Testing

@Suite("A folder of files as an application", .serialized)
struct FolderApplicationTests {
    private func withFiles(_ body: (TemporaryFolder) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", "-p", folder / "site/sub")
        try TextFile.write("index", to: folder / "site/index.html")
        try TextFile.write("a{}", to: folder / "site/sub/a.css")
        try body(folder)
    }

    @Test("By its kind, and by its path alone", .timeLimit(.minutes(5)))
    func alone() throws {
        try withFiles { folder in
            for application in ["static:\(folder / "site")", folder / "site"] {
                try GatewayProcess(
                    application, ["--autoindex", "--cache-control", "max-age=1"], environment: [],
                    folder: folder
                ).use { gateway in
                    #expect(try gateway.get("/").text == "index")
                    let file = try gateway.get("/sub/a.css")
                    #expect(file.text == "a{}" && file["Content-Type"] == "text/css; charset=utf-8")
                    #expect(file["Cache-Control"] == "max-age=1")
                    #expect(try gateway.get("/sub/").text.contains("a.css"))
                    #expect(try gateway.get("/none").status == 404)
                    #expect(try gateway.ask("POST", "/", body: "x").status == 405)
                    #expect(gateway.hasLogged("the files in ", "/site are served (static:)"))
                }
            }
        }
    }

    @Test("Beside others, by routes, with settings of its own", .timeLimit(.minutes(5)))
    func beside() throws {
        try withFiles { folder in
            let file = """
                workers: 1
                applications:
                  files: {run: 'static:site', index: [a.css]}
                  echo: {run: "exec:\(try CProgram.echo.path)"}
                routes:
                  - {path: /*, application: echo}
                  - {path: /files/*, application: files, strip-prefix: true}
                """
            let process = try GatewayProcess(file: file, folder: folder)
            try process.use { (gateway: GatewayProcess) throws in
                #expect(try gateway.get("/files/sub/").text == "a{}")
                #expect(try gateway.get("/files/none").status == 404)
                #expect(try gateway.get("/other").status == 200)
            }
        }
    }
}
