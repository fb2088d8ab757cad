// Ours and the real nginx before the same folder: what differs is named, has a reason, and is what docs/static-files.md says.

import Syscalls
import Testing

@Suite("Static files, beside the real nginx", .serialized)
struct NginxComparisonTests {
    /// What nginx calls types that have another name, or a charset, with us.
    private static let types = [
        "text/html": "text/html; charset=utf-8", "text/css": "text/css; charset=utf-8",
        "text/plain": "text/plain; charset=utf-8", "application/javascript": "text/javascript; charset=utf-8",
        "text/xml": "application/xml",
    ]

    private func ask(_ port: UInt16, _ question: NginxQuestion, tag: String) throws -> HTTPResponse {
        let client = try HTTPClient(port: port)
        let fields = question.fields.map { $0.replacing("{etag}", with: tag) + "\r\n" }.joined()
        client.send(
            "\(question.method) \(question.target) HTTP/\(question.version)\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n"
        )
        return try client.receive(toHead: question.method == "HEAD")
    }

    /// The tag that a server gives to the file of a question.
    private func tag(_ port: UInt16, _ question: NginxQuestion) throws -> String {
        guard question.fields.contains(where: { $0.contains("{etag}") }) else { return "" }
        var plain = question
        plain.method = "HEAD"
        plain.fields = question.fields.filter { $0.hasPrefix("Accept-Encoding") }
        return try #require(try ask(port, plain, tag: "")["ETag"])
    }

    /// What is compared; an error's page and its length are each server's own.
    private func aspects(_ response: HTTPResponse, isOurs: Bool) -> [AnswerAspect: String] {
        let isFile = [200, 206].contains(response.status)
        let boundary = response["Content-Type"]?.split(separator: "boundary=").dropFirst().last.map(
            String.init)
        func unbounded(_ text: String) -> String {
            boundary.map { text.replacing($0, with: "BOUNDARY") } ?? text
        }
        var type = unbounded(response["Content-Type"] ?? "")
        var body = unbounded(response.text)
        var length = response["Content-Length"] ?? ""
        if let boundary, !boundary.isEmpty {
            // Boundaries differ in length, and nginx calls the type in each part what it calls it.
            for (theirs, ours) in Self.types where !isOurs {
                body = body.replacing("Content-Type: \(theirs)\r\n", with: "Content-Type: \(ours)\r\n")
            }
            length =
                length == "\(response.body.count)"
                ? "that of its body" : "\(length), and not that of its body"
        } else if !isOurs {
            type = Self.types[type] ?? type
        }
        return [
            .status: "\(response.status)", .body: isFile ? body : "", .length: isFile ? length : "",
            .range: response["Content-Range"] ?? "", .type: isFile ? type : "",
            .coding: response["Content-Encoding"] ?? "", .vary: response["Vary"] ?? "",
            .modified: response["Last-Modified"] ?? "", .tag: response["ETag"] == nil ? "none" : "one",
            .ranges: response["Accept-Ranges"] ?? "", .location: response["Location"] ?? "",
            .allow: response["Allow"] ?? "", .cacheControl: response["Cache-Control"] ?? "",
        ]
    }

    @Test("The same answers to the same requests, but for what is named", .timeLimit(.minutes(5)))
    func comparison() throws {
        let nginx = try NginxSite()
        let questions = NginxQuestion.all
        #expect(questions.count >= 300)
        try nginx.gateway().use { gateway in
            let port = try gateway.port
            var met: Set<NginxDifference> = []
            for question in questions {
                let theirs = aspects(
                    try ask(nginx.port, question, tag: tag(nginx.port, question)), isOurs: false)
                let ours = aspects(try ask(port, question, tag: tag(port, question)), isOurs: true)
                let name = ([question.method, question.target] + question.fields).joined(separator: " ")
                let different = AnswerAspect.allCases.filter { theirs[$0] != ours[$0] }
                for aspect in different where !question.meant.contains(where: { $0.aspects.contains(aspect) })
                {
                    Issue.record(
                        "\(name): \(aspect): nginx '\(theirs[aspect]!.prefix(200))', we '\(ours[aspect]!.prefix(200))'"
                    )
                }
                for difference in question.meant {
                    #expect(
                        !difference.aspects.isDisjoint(with: different),
                        "\(name): '\(difference.rawValue)' makes no difference")
                }
                if let status = question.status { #expect(ours[.status] == "\(status)", "\(name)") }
                met.formUnion(question.meant)
            }
            #expect(met == Set(NginxDifference.allCases))
        }
    }

    @Test("The documentation names each difference")
    func documented() throws {
        let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 }
        let page = TextFile.read(root + "/docs/static-files.md")
        for difference in NginxDifference.allCases {
            #expect(page.contains("| \(difference.rawValue) |"), "\(difference.rawValue)")
        }
    }
}
