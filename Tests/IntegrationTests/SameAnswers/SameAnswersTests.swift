// The same program, the same requests, the same answers, whoever serves it: what differs is named, and has a reason.

import Syscalls
import Testing

@Suite("The same answers from whoever serves a Swift program", .serialized)
struct SameAnswersTests {
    /// Fields that are a server's own, and say nothing about the application's answer.
    private static let own: Set<String> = [
        "date", "server", "connection", "keep-alive", "transfer-encoding", "accept-ranges",
    ]

    private func ask(_ port: UInt16, _ question: SameQuestion, _ octets: [UInt8]) throws -> HTTPResponse {
        let client = try HTTPClient(port: port)
        client.send(octets)
        return try client.receive(toHead: question.method == "HEAD")
    }

    /// What is compared: octets, because comparing texts takes long where they are.
    private func aspects(_ answer: HTTPResponse, _ question: SameQuestion) -> [String: [UInt8]] {
        var aspects = ["status": Array("\(answer.status)".utf8), "body": answer.body]
        for (name, value) in answer.fields {
            let name = name.lowercased()
            // How long a body is its framing says, and whoever reads it; only without a body it says something.
            guard !Self.own.contains(name), name != "content-length" || question.method == "HEAD" else {
                continue
            }
            aspects[name] = (aspects[name].map { $0 + [10] } ?? []) + value.utf8
        }
        return aspects
    }

    /// For messages.
    private func text(_ octets: [UInt8]?) -> String {
        String(decoding: (octets ?? []).prefix(1000), as: UTF8.self)
    }

    @Test(
        "The same answers to the same requests, but for what is named", .timeLimit(.minutes(5)),
        arguments: ["everywhere", "everywhere-later"])
    func comparison(_ kind: String) throws {
        let servers = try FourServers(kind)
        let questions = SameQuestion.all
        #expect(questions.count >= 100)
        var met: Set<ServerDifference> = []
        for question in questions {
            let octets = question.octets
            let ours = try aspects(ask(#require(servers.ports[.itself]), question, octets), question)
            #expect(text(ours["status"]) == "\(question.status)", "\(question.name)")
            var differing: [ServedBy: Set<String>] = [:]
            for server in ServedBy.allCases where server != .itself {
                let theirs = try aspects(ask(#require(servers.ports[server]), question, octets), question)
                let different = Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }
                differing[server] = different
                for aspect in different.sorted()
                where !question.known.contains(where: {
                    $0.servers.contains(server) && $0.aspects.contains(aspect)
                }) {
                    Issue.record(
                        """
                        \(question.name.prefix(200)): \(aspect): by \(server) '\(text(theirs[aspect]))', \
                        by itself '\(text(ours[aspect]))'
                        """)
                }
            }
            for difference in question.known {
                let isMet = difference.servers.allSatisfy { server in
                    !(differing[server] ?? []).isDisjoint(with: difference.aspects)
                }
                #expect(isMet, "\(question.name.prefix(200)): '\(difference.rawValue)' makes no difference")
            }
            met.formUnion(question.known)
        }
        #expect(met == Set(ServerDifference.allCases))
    }

    @Test("The documentation names each difference")
    func documented() {
        let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 }
        let page = TextFile.read(root + "/docs/swift-under-other-servers.md")
        for difference in ServerDifference.allCases {
            #expect(page.contains("| \(difference.rawValue) |"), "\(difference.rawValue)")
        }
    }

    @Test(
        "A script whose application cannot be built answers 500, and says why in the log",
        .timeLimit(.minutes(5)))
    func failing() throws {
        let apache = try ApacheScript(["TEST_APPLICATION=failing"])
        let client = try HTTPClient(port: apache.port)
        client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try client.receive().status == 500)
        #expect(apache.log.contains("the application could not be built"), "\(apache.log)")
    }
}
