// What a path means does not depend on what answers it. That of the tables is tried where applications see it; here are the
// places where a path becomes one of the file system.

import Syscalls
import Testing

@Suite("Paths stay below the root of what they are looked for in", .serialized)
struct PathTests {
    /// Ways to write `/../outside`, or something that a careless reader would take for it.
    private static let climbing = [
        "/../outside", "/%2e%2e/outside", "/.%2e/outside", "/..%2foutside", "/%2e%2e%2foutside",
        "/x/../../outside", "/x%2f..%2f..%2foutside", "/x/..%2f%2e%2e/outside", "//../../outside",
        "/echo/../../outside", "/%c0%ae%c0%ae/outside", "/%c0%ae%c0%ae%c0%afoutside",
        "/%e0%80%ae%e0%80%ae/outside", "/..%5coutside", "/..\\outside", "/%252e%252e/outside",
        "/%252e%252e%252foutside", "/..%00/outside", "/.%00./outside", "/%2e%2e%00/outside",
        "/..;/outside", "/%uff0e%uff0e/outside", "/%ef%bc%8e%ef%bc%8e/outside",
    ]

    @Test("A script outside the folder is never run", .timeLimit(.minutes(5)))
    func scripts() throws {
        let folder = try TemporaryFolder()
        try run("chmod", "755", folder.path)
        try run("mkdir", folder / "cgi-bin", folder / "cgi-bin/x")
        for name in ["outside", "cgi-bin/echo"] {
            try run("install", "-m", "755", try CProgram.echo.path, folder / name)
        }
        try withGateway(
            "cgi:\(folder / "cgi-bin")", "--env", "CALL_LOG=\(folder / "calls")", folder: folder
        ) { gateway in
            for path in Self.climbing {
                let status = try gateway.get(path).status
                #expect([400, 403, 404].contains(status), "\(path): \(status)")
            }
            #expect(gateway.calls == [])
            for path in ["/echo", "/x/%2e%2e/echo", "/x/..%2fecho", "/./echo", "/%65cho"] {
                #expect(try gateway.get(path).status == 200, "\(path)")
            }
            #expect(gateway.calls.count == 5)
        }
    }

    @Test("A request for the server as a whole has no path, and no script", .timeLimit(.minutes(5)))
    func serverWide() throws {
        let request = "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"
        let expected = SeenRequest("OPTIONS", "*")
        try withGateway("exec:\(CProgram.echo.path)") { gateway in
            let client = try gateway.connect()
            client.send(request)
            #expect(SeenRequest(try client.receive().text) == expected)
        }
        try withApplication("echo") { gateway in
            let client = try gateway.connect()
            client.send(request)
            #expect(SeenRequest(try client.receive().text) == expected)
        }
        try withGateway("cgi:\(CProgram.echo.path)") { gateway in
            let client = try gateway.connect()
            client.send(request)
            #expect(try client.receive().status == 404)
        }
    }
}
