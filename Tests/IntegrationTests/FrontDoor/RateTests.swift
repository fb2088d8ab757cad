import Syscalls
import Testing

@Suite("Clients that drip", .serialized)
struct RateTests {
    @Test("A body that comes in drips is ended with 408, however regular they are", .timeLimit(.minutes(5)))
    func body() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--body-timeout", "1", "--body-rate", "1000000"
        ) { gateway in
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            var answer: HTTPResponse?
            try eventually("the answer comes", within: 60) {
                client.send("x")
                answer = try client.poll()
                return answer != nil
            }
            #expect(answer?.status == 408)
            #expect(gateway.calls == [])
            let length = 3_000_000
            client.close()
            let honest = try gateway.connect()
            honest.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
            honest.send([UInt8](repeating: 1, count: length))
            try honest.sendAll()
            #expect(try honest.receive().text == "\(length) bytes, sum \(length)")
        }
    }

    @Test("Without a rate a drip may go on", .timeLimit(.minutes(5)))
    func noRate() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--body-timeout", "2", "--body-rate", "0"
        ) { gateway in
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n")
            for _ in 0..<60 {
                client.send("x")
                pause(milliseconds: 60)
            }
            #expect(try client.receive().text == "60 bytes, sum 7200")
        }
    }

    @Test("A client that reads in drips is cut off, and counted", .timeLimit(.minutes(5)))
    func reader() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--send-timeout", "1", "--send-rate", "1000000"
        ) { gateway in
            // Ten octets a hundredth of a second: there is never a pause.
            let output = try run(
                "python3", "-c",
                """
                import socket, sys, time
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                s.connect(("127.0.0.1", int(sys.argv[1])))
                s.sendall(b"GET /?n=30000000 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                try:
                    while s.recv(10): time.sleep(0.01)
                    print("ended")
                except ConnectionResetError:
                    print("reset")
                """, "\(gateway.port)")
            #expect(output.trimmed == "reset")
            #expect(try gateway.get("/").status == 200)
            try gateway.stop()
            #expect(gateway.hasLogged("served 2 requests", "timed out 1"))
        }
    }

    @Test("An application that speaks slowly is none of the client's fault", .timeLimit(.minutes(5)))
    func slowApplication() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            import time
            def application(environ, start_response):
                start_response('200 OK', [])
                def parts():
                    for _ in range(30):
                        time.sleep(0.1)
                        yield b'x'
                return parts()

            """, to: folder / "drip.py")
        try withGateway(
            "wsgi:drip:application", "--send-timeout", "1", "--send-rate", "1000000", folder: folder
        ) { gateway in
            let answer = try gateway.get("/")
            #expect(answer.text == String(repeating: "x", count: 30))
        }
    }
}
