import Gateway

/// A status, fields and octets.
func teapot() -> Response {
    var response = Response(status: .init(code: 418), "I'm a teapot.\n")
    response.fields[.cacheControl] = "max-age=60"
    response.fields.append("X-Pot", "short and stout")
    return response
}

/// A file: sent by the kernel, with validators and ranges.
func manual() -> Response {
    Response(fields: [.cacheControl: "max-age=3600"], file: "/usr/share/common-licenses/Apache-2.0")
}

/// A sequence that is sent as it is made.
func letters() -> Response {
    let letters = AsyncStream { continuation in
        for letter in ["a", "b", "c"] { continuation.yield("\(letter)\n") }
        continuation.finish()
    }
    return Response(fields: [.contentType: "text/plain; charset=utf-8"], sequence: letters)
}

/// A stream without an end: a worker that leaves does not wait for it.
func ticker() -> Response {
    let stream = ResponseStream(isEndless: true) { writer in
        while true {
            try await writer.write("tick\n")
            try await Task.sleep(for: .seconds(1))
        }
    }
    return Response(fields: [.contentType: "text/plain; charset=utf-8"], body: .stream(stream))
}

/// An error that says what is to be answered.
struct OutOfStock: AnsweringError {
    let item: String

    var answer: Response { Response(status: .conflict, "There is no \(item) left.\n") }
}
