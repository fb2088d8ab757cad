// RFC 9112, §9: what follows a request on its connection.

extension RequestVector {
    private static func get(_ target: String, _ lines: String = "", version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n"
    }

    private static let first = SeenRequest("GET", "/1")
    private static let second = SeenRequest("GET", "/2")

    static let connections: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            RequestVector("two requests", get("/1") + get("/2"), [.served(first), .served(second)]),
            RequestVector(
                "an empty line between", get("/1") + "\r\n" + get("/2"), [.served(first), .served(second)]),
            RequestVector(
                "two empty lines between", get("/1") + "\r\n\r\n" + get("/2"),
                [.served(first), .refused(400)]),
            RequestVector(
                "a line feed between", get("/1") + "\n" + get("/2"), [.served(first), .refused(400)]),
            RequestVector(
                "a good one and a bad one", get("/1") + get("x") + get("/2"), [.served(first), .refused(400)]),
            RequestVector(
                "a good one and a bad body",
                get("/1") + get("/2", "Transfer-Encoding: chunked\r\n") + "x\r\n" + get("/3"),
                [.served(first), .refused(400)]),
            RequestVector(
                "a body and a request", get("/1", "Content-Length: 3\r\n") + "abc" + get("/2"),
                [.served(SeenRequest("GET", "/1", body: "abc")), .served(second)]),
            RequestVector(
                "chunks and a request",
                get("/1", "Transfer-Encoding: chunked\r\n") + "1\r\nx\r\n0\r\n\r\n" + get("/2"),
                [.served(SeenRequest("GET", "/1", body: "x")), .served(second)]),
            RequestVector(
                "a request that its Content-Length hides", get("/1", "Content-Length: 28\r\n") + get("/2"),
                [
                    .served(
                        SeenRequest(
                            "GET", "/1", body: "GET /2 HTTP/1.1\\x0D\\x0AHost: a\\x0D\\x0A\\x0D\\x0A"))
                ]),
            RequestVector(
                "a name in a list is no close", get("/1", "Connection: x-close, closed\r\n") + get("/2"),
                [
                    .served(first), .served(second),
                ]),
            RequestVector(
                "HTTP/1.0 that stays", get("/1", "Connection: Keep-Alive\r\n", version: "1.0") + get("/2"),
                [.served(SeenRequest("GET", "/1", version: "1.0")), .served(second)]),
            RequestVector(
                "HTTP/1.0 that does not", get("/1", version: "1.0") + get("/2"),
                [.served(SeenRequest("GET", "/1", version: "1.0"))]),
            RequestVector(
                "many", (0..<20).map { get("/\($0)") }.joined(),
                (0..<20).map { .served(SeenRequest("GET", "/\($0)")) }),
        ]
        all += [
            "Connection: close", "connection: CLOSE", "Connection: keep-alive, close",
            "Connection: close, keep-alive",
            "Connection: close\r\nConnection: keep-alive", "Connection: keep-alive\r\nConnection: x , close",
            "Connection: ,,close,,", "Connection:\tclose\t",
        ].map { RequestVector("ends with \($0)", get("/1", "\($0)\r\n") + get("/2"), [.served(first)]) }
        return all
    }()
}
