import Syscalls
import Testing

@Suite("Files that are no quiet files", .serialized)
struct ChangingFileTests {
    /// A gateway that serves the folder `site` and nothing else.
    private func withSite(
        _ script: String, route: String = "", _ body: (GatewayProcess, String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try run("sh", "-c", "set -e; mkdir \(folder / "site"); cd \(folder / "site")\n" + script)
        try GatewayProcess(
            file: "workers: 1\nroutes:\n  - {path: /*, static: site\(route)}\n", folder: folder
        ).use { try body($0, folder / "site") }
    }

    /// A client that has got the beginning of an answer and reads no further.
    private func stalled(_ gateway: GatewayProcess, _ request: String) throws -> HTTPClient {
        let client = try gateway.connect()
        client.send(request)
        try eventually("the answer begins") {
            let whole = try client.poll()
            #expect(whole == nil)
            return !client.partialBody.isEmpty
        }
        return client
    }

    @Test(
        "A file that becomes shorter while it is sent ends the connection, and nothing loops",
        .timeLimit(.minutes(5)))
    func shorter() throws {
        try withSite("head -c 40000000 /dev/zero > large.bin; printf small > small.txt") { gateway, site in
            for (range, total) in [
                ("", 40_000_000), ("Range: bytes=0-19999999,20000001-39999999\r\n", 39_999_999),
            ] {
                let client = try stalled(gateway, "GET /large.bin HTTP/1.1\r\nHost: a\r\n\(range)\r\n")
                try run("truncate", "-s", "1000", site + "/large.bin")
                let error = #expect(throws: AnswerError.self) { try client.receive() }
                guard case .cut(_, let count) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(count < total)
                #expect(try gateway.get("/small.txt").text == "small")
                try run("truncate", "-s", "40000000", site + "/large.bin")
            }
            // It is gone before a single octet of its new end is asked for.
            try run("truncate", "-s", "0", site + "/large.bin")
            #expect(try gateway.get("/large.bin").framing == .length(0))
        }
    }

    @Test("Of a file that grows while it is sent, as much is sent as was announced", .timeLimit(.minutes(5)))
    func longer() throws {
        try withSite("head -c 40000000 /dev/zero > large.bin; printf small > small.txt") { gateway, site in
            let client = try stalled(
                gateway,
                "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\nGET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n")
            try run("sh", "-c", "printf more >> \(site)/large.bin")
            let response = try client.receive()
            #expect(response.framing == .length(40_000_000) && response.bodyCount == 40_000_000)
            #expect(try client.receive().text == "small")
        }
    }

    @Test(
        "Several parts of a large file reach a slow client, and the next answer after them",
        .timeLimit(.minutes(5)))
    func parts() throws {
        try withSite("seq -w 1 9999999 | head -c 40000000 > large.bin; printf small > small.txt") {
            gateway, site in
            let client = try stalled(
                gateway,
                "GET /large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=20000000-39999999,0-7,8000000-19000000\r\n\r\n"
                    + "GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.receive()
            #expect(response.status == 206 && response.bodyCount > 31_000_009)
            #expect(response.body.suffix(4).elementsEqual("--\r\n".utf8))
            let first = response.text.prefix(400)
            #expect(first.hasPrefix("\r\n--"))
            #expect(
                first.contains(
                    "\r\nContent-Range: bytes 20000000-39999999/40000000\r\n\r\n2500001\n2500002\n"))
            #expect(response.text.contains("\r\nContent-Range: bytes 0-7/40000000\r\n\r\n0000001\n\r\n--"))
            #expect(try client.receive().text == "small")
        }
    }

    @Test("Pipes, sockets and devices are not there, and nobody waits for them", .timeLimit(.minutes(5)))
    func noFiles() throws {
        let socket = "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'"
        try withSite(
            "mkfifo pipe; ln -s /dev/zero device; \(socket); printf a > a.txt; printf i > index.html"
        ) { gateway, site in
            if SystemProcess.isRoot { try run("mknod", site + "/zero", "c", "1", "5") }
            for path in ["/pipe", "/socket", "/zero"] {
                #expect(try gateway.get(path).status == 404, "\(path)")
            }
            // A device of root's behind a link of somebody else is not even looked at.
            #expect(try gateway.get("/device").status == (SystemProcess.isRoot ? 404 : 403))
            #expect(try gateway.get("/a.txt").text == "a")
        }
    }

    @Test("A file of this moment has a tag that it does not keep", .timeLimit(.minutes(5)))
    func fresh() throws {
        try withSite("printf old > a.txt; touch -d 2020-02-02T02:02:02Z a.txt") { gateway, site in
            let old = try #require(try gateway.get("/a.txt")["ETag"])
            #expect(old.hasPrefix("\""))
            // Without a way to catch its own second: until one look falls within it.
            let fresh = try eventually("a look at the file within two seconds of its change") {
                try run("sh", "-c", "printf new > \(site)/a.txt")
                let tag = try gateway.get("/a.txt")["ETag"]
                return tag?.hasPrefix("W/\"") == true ? tag : nil
            }
            let settled = try eventually("the file has settled") {
                let tag = try gateway.get("/a.txt")["ETag"]
                return tag?.hasPrefix("\"") == true ? tag : nil
            }
            #expect(settled != old && !fresh.contains(settled))
            #expect(try gateway.ask("GET", "/a.txt", fields: ["If-None-Match: \(fresh)"]).status == 200)
            #expect(try gateway.ask("GET", "/a.txt", fields: ["If-None-Match: \(settled)"]).status == 304)
        }
    }

    @Test("A list of a folder is a page for who reads, and changes with a reload", .timeLimit(.minutes(5)))
    func list() throws {
        try withSite(
            "mkdir sub; printf a > 'sub/a&b.txt'", route: ", autoindex: true, cache-control: max-age=1"
        ) {
            gateway, site in
            let page = try gateway.get("/sub/?x=1")
            #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8")
            #expect(
                page.text.contains("<h1>Index of /sub/</h1>")
                    && page.text.contains("./a%26b.txt\">a&amp;b.txt<"))
            let head = try gateway.ask("HEAD", "/sub/")
            #expect(head.body.isEmpty && head["Content-Length"] == page["Content-Length"])
            #expect(try gateway.ask("POST", "/sub/", body: "x")["Allow"] == "GET, HEAD, OPTIONS")
            #expect(try gateway.ask("OPTIONS", "/sub/").status == 204)
            #expect(try gateway.get("/sub")["Location"] == "/sub/")
            #expect(try gateway.get("/sub/a%26b.txt")["Cache-Control"] == "max-age=1")
            let file = gateway.folder / "gateway.yaml"
            try TextFile.write(
                TextFile.read(file).replacing("autoindex: true", with: "index: 'a&b.txt'")
                    .replacing("max-age=1", with: "no-store"), to: file)
            let before = gateway.reloads
            gateway.signal(.hup)
            try eventually("the new generation serves") { gateway.reloads > before }
            // A worker of the old generation may have the next connection yet.
            try eventually("the index file takes the place of the list") {
                let index = try gateway.get("/sub/")
                return index.text == "a" && index["Cache-Control"] == "no-store"
            }
            try eventually("there is no list any more") { try gateway.get("/").status == 404 }
        }
    }
}
