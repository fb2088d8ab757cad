// A form, an upload of any size, and JSON both ways, in one file.

import Foundation
import Gateway

/// What a client orders, and what it gets back, as JSON.
struct Order: Codable {
    var item: String
    var count: Int
}

struct Receipt: Codable {
    var item: String
    var cents: Int
}

let page = """
    <!DOCTYPE html><meta charset="utf-8"><title>Forms</title>
    <form method="post" action="/greet"><input name="name" placeholder="Your name"> <button>Greet</button></form>
    <form method="post" action="/upload" enctype="multipart/form-data">
    <input type="file" name="file"> <button>Upload</button></form>
    """

/// Text as it may stand in a page: what a client sends is no markup.
func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
}

func greet(_ request: Request) async throws -> Response {
    let form = try await request.form()
    guard let name = form["name"], !name.isEmpty else {
        throw HTTPError(.unprocessableContent, "Who are you? The field 'name' is empty.")
    }
    var response = Response(
        "<p>Hello, \(escaped(name))!</p>\n", contentType: "text/html; charset=utf-8")
    try response.set(SetCookie("visited", "yes", maxAge: 3600))
    return response
}

/// Writes each file of the form to disk while it comes: no file is in memory as a whole.
func upload(_ request: Request) async throws -> Response {
    let folder = request.environ["UPLOADS"] ?? NSTemporaryDirectory()
    var text = ""
    let parts = try request.parts()
    while let part = try await parts.nextPart() {
        // The name is what the client says, and no path to write to.
        guard let filename = part.head.filename, !filename.isEmpty else { continue }
        let path = "\(folder)/\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw HTTPError(.init(code: 507), "There is no room for files.") }
        var count = 0
        while case let octets = try await part.read(), !octets.isEmpty {
            count += octets.count
            // A disk may take its time, and the other requests of this worker do not wait for it.
            try await request.environ.offload { try file.write(contentsOf: octets) }
        }
        try file.close()
        text += "\(filename): \(count) octets in \(path)\n"
    }
    return Response(text)
}

func order(_ request: Request) async throws -> Response {
    let order: Order = try await request.json()
    guard (1...100).contains(order.count) else { throw HTTPError(.unprocessableContent, "1 to 100 of them.") }
    return try Response(status: .created, json: Receipt(item: order.item, cents: order.count * 250))
}

// With `streamsBody` a handler is called when the head of a request is there, and reads the body as it comes.
Gateway.main(
    .asynchronous(streamsBody: true) { request in
        switch (request.method, request.path) {
        case (.get, "/"): Response(page, contentType: "text/html; charset=utf-8")
        case (.post, "/greet"): try await greet(request)
        case (.post, "/upload"): try await upload(request)
        case (.post, "/orders"): try await order(request)
        default: throw HTTPError(.notFound)
        }
    })
