// Ours and the real fcgiwrap behind the same nginx, with the same scripts: what differs is what docs/from-fcgiwrap.md says.

import Syscalls
import Testing

@Suite("Behind nginx, beside the real fcgiwrap", .serialized)
struct FcgiwrapTests {
    /// nginx with a server for each of the two.
    private final class WebServer {
        let real: UInt16
        let ours: UInt16
        private let process: StartedProcess

        init(_ scripts: ScriptFolder, real realSocket: String, ours ourSocket: String) throws {
            let folder = scripts.folder
            (real, ours) = (try freePort(), try freePort())
            func server(_ port: UInt16, _ socket: String) -> String {
                """
                server {
                  listen 127.0.0.1:\(port);
                  root \(scripts.path);
                  client_max_body_size 10m;
                  location / { include \(folder / "params"); fastcgi_pass unix:\(socket); }
                  location /named/ {
                    include \(folder / "params");
                    fastcgi_param SCRIPT_FILENAME \(scripts.path)/env.sh;
                    fastcgi_pass unix:\(socket);
                  }
                }
                """
            }
            try TextFile.write(
                """
                fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param SCRIPT_NAME $fastcgi_script_name; fastcgi_param REQUEST_URI $request_uri;
                fastcgi_param DOCUMENT_ROOT $document_root; fastcgi_param SERVER_PROTOCOL $server_protocol;
                fastcgi_param GATEWAY_INTERFACE CGI/1.1; fastcgi_param REMOTE_ADDR $remote_addr;
                fastcgi_param SERVER_NAME $server_name; fastcgi_param OWN_VARIABLE "of nginx";

                """, to: folder / "params")
            try TextFile.write(
                """
                daemon off; pid \(folder / "nginx.pid"); error_log \(folder / "nginx.log");
                \(SystemProcess.isRoot ? "user root;" : "")
                events {}
                http {
                  access_log off;
                  client_body_temp_path \(folder / "nginx"); proxy_temp_path \(folder / "nginx");
                  fastcgi_temp_path \(folder / "nginx"); uwsgi_temp_path \(folder / "nginx");
                  scgi_temp_path \(folder / "nginx");
                  \(server(real, realSocket))
                  \(server(ours, ourSocket))
                }

                """, to: folder / "nginx.conf")
            process = try StartedProcess([
                "nginx", "-p", folder.path, "-c", folder / "nginx.conf", "-e", folder / "nginx.log",
            ])
            let ports = [real, ours]
            try eventually("nginx listens") { ports.allSatisfy(isOpen) }
        }

        deinit {
            process.signal(.term)
            _ = try? process.waitForEnd()
            process.kill()
        }
    }

    private func answer(
        _ port: UInt16, _ target: String, _ body: [UInt8]? = nil
    ) throws -> (status: Int, text: String) {
        let client = try HTTPClient(port: port)
        let length = body.map { "Content-Length: \($0.count)\r\n" } ?? ""
        let method = body == nil ? "GET" : "POST"
        client.send(
            "\(method) \(target) HTTP/1.1\r\nHost: a\r\nX-Own: 1\r\nConnection: close\r\n\(length)\r\n")
        if let body { client.send(body) }
        let response = try client.receive()
        return (response.status, response.text)
    }

    /// What a script saw, without what a shell adds and what changes from request to request.
    private func variables(_ text: String) -> [String] {
        text.lines.filter { line in
            !["PWD=", "OLDPWD=", "_=", "SHLVL="].contains(where: line.hasPrefix)
        }.sorted()
    }

    @Test("The same answers to the same requests", .timeLimit(.minutes(5)))
    func comparison() throws {
        let scripts = try ScriptFolder()
        try scripts.add("plain.txt", "not a script", mode: "644")
        try run("mkdir", scripts.path + "/folder")
        let real = try ResponderProcess("-f", in: scripts, command: ["fcgiwrap"], socket: "real.socket")
        let ours = try ResponderProcess("-f", in: scripts)
        let nginx = try WebServer(scripts, real: real.socket, ours: ours.socket)

        for target in [
            "/fields.pl?a", "/fields.pl/info?a", "/client.sh", "/complains.sh", "/plain.txt", "/plain.txt/x",
            "/folder", "/folder/x", "/broken.sh", "/silent.sh",
        ] {
            let (expected, got) = (try answer(nginx.real, target), try answer(nginx.ours, target))
            #expect(got.status == expected.status, "\(target)")
            if got.status < 300 || got.status == 418 { #expect(got.text == expected.text, "\(target)") }
        }
        for count in [0, 1, 100_000] {
            let body = [UInt8](repeating: 1, count: count)
            let (expected, got) = (
                try answer(nginx.real, "/sum.py", body), try answer(nginx.ours, "/sum.py", body)
            )
            #expect(got.status == expected.status && got.text == expected.text)
        }
        // nginx sends no more of a body when it has seen an answer; ours must not show it one too early.
        let body = [UInt8](repeating: 1, count: 4_000_000)
        for target in ["/head-first.py", "/deaf.sh"] {
            let got = try answer(nginx.ours, target, body)
            #expect(got.status == 200, "\(target)")
            #expect(got.text.trimmed == (target == "/deaf.sh" ? "not interested" : "4000000"))
        }
        #expect(try answer(nginx.real, "/head-first.py", body).text.trimmed == "4000000")
        #expect(TextFile.read(scripts.folder / "nginx.log").contains("last complaint, without an end"))

        // The environment: that of the request is the same, but for what has no value; that of the process is not passed on.
        for target in ["/env.sh", "/env.sh/a/b?c", "/named/x?y"] {
            let expected = variables(try answer(nginx.real, target).text)
            let got = variables(try answer(nginx.ours, target).text)
            let inherited = Set(SystemProcess.environment + ["INHERITED=ours"])
            let missing = expected.filter { !got.contains($0) && !inherited.contains($0) }
            #expect(missing == ["CONTENT_LENGTH=", "CONTENT_TYPE=", "FCGI_ROLE=RESPONDER"], "\(target)")
            #expect(expected.contains("INHERITED=ours") && !got.contains("INHERITED=ours"))
            let added = got.filter { !expected.contains($0) }
            #expect(added.allSatisfy { $0.hasPrefix("PATH=") }, "\(added)")
        }
        try ours.stop()
    }

    @Test("Where they differ, as the documentation says", .timeLimit(.minutes(5)))
    func differences() throws {
        let scripts = try ScriptFolder()
        let real = try ResponderProcess("-f", in: scripts, command: ["fcgiwrap"], socket: "real.socket")
        let ours = try ResponderProcess("-f", in: scripts)
        let nginx = try WebServer(scripts, real: real.socket, ours: ours.socket)
        for (target, before, now) in [
            ("/missing", 403, 404), ("/nph-raw.sh", 200, 501),
        ] {
            #expect(try answer(nginx.real, target).status == before, "\(target)")
            #expect(try answer(nginx.ours, target).status == now, "\(target)")
        }
        // A client that leaves: fcgiwrap lets the script go on.
        let client = try HTTPClient(port: nginx.ours)
        client.send("GET /hang.sh HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("the script runs") { scripts.pid("script") != nil }
        client.reset()
        try scripts.expectEnd(of: "script", "child")
        try ours.stop()
    }
}
