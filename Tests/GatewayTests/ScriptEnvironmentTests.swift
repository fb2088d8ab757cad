import GatewayInterface
import Octets
import Testing
@testable import CGIResponder

@Suite("What a CGI script finds as its environment")
struct ScriptEnvironmentTests {
    private func params(_ pairs: [(String, String)]) throws -> ScriptParams {
        var block = ByteBuffer()
        for (name, value) in pairs {
            block.appendPairLengths(name: name.utf8.count, value: value.utf8.count)
            block.append(text: name + value)
        }
        return try ScriptParams(decoding: block.bytes)
    }

    private func entries(
        _ pairs: [(String, String)], listed: [ResponderOptions.Variable] = [], own: [String: String] = [:]
    ) throws -> [String] {
        let environment = ScriptEnvironment(listed, inherited: { own[$0] })
        return environment.entries(try params(pairs)).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    private static let path = "PATH=" + ScriptEnvironment.standardPath

    @Test("The variables of the request and PATH, and nothing of our own")
    func plain() throws {
        #expect(
            try entries(
                [("REQUEST_METHOD", "GET"), ("QUERY_STRING", "")], own: ["HOME": "/root", "SECRET": "x"])
                == [Self.path, "QUERY_STRING=", "REQUEST_METHOD=GET"])
        #expect(try entries([("PATH", "/x")]) == ["PATH=/x"])
        #expect(try entries([], listed: [.init(name: "PATH", value: "/y")]) == ["PATH=/y"])
    }

    @Test("What is listed is passed on, and wins over the request")
    func listed() throws {
        let listed: [ResponderOptions.Variable] = [
            .init(name: "A", value: "1"), .init(name: "B", value: nil), .init(name: "C", value: nil),
            .init(name: "A", value: "2"),
        ]
        #expect(
            try entries([("A", "client"), ("D", "4")], listed: listed, own: ["B": "own", "E": "not"])
                == ["A=2", "B=own", "D=4", Self.path])
    }

    @Test("A client's Proxy field never becomes HTTP_PROXY; an empty length or type is not set")
    func dropped() throws {
        #expect(
            try entries([
                ("HTTP_PROXY", "evil"), ("CONTENT_LENGTH", ""), ("CONTENT_TYPE", ""), ("PATH_INFO", ""),
            ])
                == [Self.path, "PATH_INFO="])
        #expect(try entries([("CONTENT_LENGTH", "0"), ("CONTENT_TYPE", "a/b")]).count == 3)
        #expect(
            try entries([], listed: [.init(name: "HTTP_PROXY", value: "ours")]) == [
                "HTTP_PROXY=ours", Self.path,
            ])
    }

    @Test("Of two values the first one counts")
    func doubled() throws {
        #expect(try entries([("A", "1"), ("A", "2")]) == ["A=1", Self.path])
    }

    @Test("What cannot be an environment is refused")
    func malformed() {
        for (name, value) in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0y")] {
            var block = ByteBuffer()
            block.appendPairLengths(name: name.utf8.count, value: value.utf8.count)
            block.append(text: name + value)
            #expect(throws: ScriptRefusal.malformed) { try ScriptParams(decoding: block.bytes) }
        }
        let cut: [UInt8] = [1, 5, 65, 66]
        #expect(throws: ScriptRefusal.malformed) {
            try cut.withUnsafeBufferPointer { _ = try ScriptParams(decoding: $0) }
        }
        let length: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 1]
        #expect(throws: ScriptRefusal.malformed) {
            try length.withUnsafeBufferPointer { _ = try ScriptParams(decoding: $0) }
        }
        var many = ByteBuffer()
        for number in 0...ScriptParams.pairLimit { many.appendPair("A", decimal: UInt64(number)) }
        #expect(throws: ScriptRefusal.tooMany) { try ScriptParams(decoding: many.bytes) }
    }

    @Test("A variable is set and removed")
    func set() throws {
        var params = try params([("A", "1"), ("B", "")])
        #expect(params["A" as StaticString] == Array("1".utf8))
        #expect(params["B" as StaticString] == nil)
        params.set("A", nil)
        params.set("B", Array("2".utf8))
        #expect(params["A" as StaticString] == nil)
        #expect(params["B" as StaticString] == Array("2".utf8))
    }
}
