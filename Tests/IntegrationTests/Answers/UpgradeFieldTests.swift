// Upgrade (RFC 9110, §7.8): nothing here speaks another protocol, so nothing offers one. A server may ignore the request's
// field, and must name protocols where it says 426 (§15.5.22).

import Syscalls
import Testing

@Suite("Other protocols on the same connection", .serialized)
struct UpgradeFieldTests {
    @Test("A request for another protocol is served as if it had not asked", .timeLimit(.minutes(5)))
    func ignored() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            for fields in [
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
                "Upgrade: TLS/1.0\r\nConnection: upgrade\r\n", "Upgrade: h2c\r\n",
            ] {
                client.send("GET /environ HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
                let response = try client.receive()
                #expect(response.status == 200 && response["Upgrade"] == nil && response["Connection"] == nil)
                let names = response.text.lines.map { $0.prefix { $0 != "=" } }
                for name in ["HTTP_UPGRADE", "HTTP_CONNECTION", "HTTP_HTTP2_SETTINGS"] {
                    #expect(!names.contains { $0 == name }, "\(fields)")
                }
            }
        }
    }

    @Test(
        "What an application's Connection field names is not for the client", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func named(_ way: AnswerPath) throws {
        try way.withApplication { gateway in
            let client = try gateway.connect()
            let lines = [
                "Content-Type: text/x", "X-Secret: 1", "Connection: close, X-Secret , x-other", "X-Other: 2",
                "X-Kept: 3",
            ]
            client.send("GET \(Saying(lines: lines, body: "x").target) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.receive()
            #expect(response.text == "x" && response["X-Kept"] == "3")
            for name in ["X-Secret", "X-Other", "Connection"] { #expect(response[name] == nil) }
        }
    }

    @Test(
        "An application may name protocols with 426, and with nothing else", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func required(_ way: AnswerPath) throws {
        try way.withApplication { gateway in
            let lines = [
                "Content-Type: text/x", "Upgrade: HTTP/3.0", "Connection: upgrade, keep-alive",
                "Keep-Alive: x",
            ]
            for (status, isThere) in [("426 Upgrade Required", true), ("200 OK", false), ("400 x", false)] {
                let client = try gateway.connect()
                let saying = Saying(status: status, lines: lines, body: "x")
                client.send("GET \(saying.target) HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try client.receive()
                #expect(response["Upgrade"] == (isThere ? "HTTP/3.0" : nil))
                #expect(response["Connection"] == (isThere ? "upgrade" : nil))
                #expect(response["Keep-Alive"] == nil && response.text == "x")
                // The connection goes on all the same.
                client.send("GET \(saying.target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let last = try client.receive()
                #expect(last["Connection"] == (isThere ? "upgrade AND close" : "close"))
            }
        }
    }
}
