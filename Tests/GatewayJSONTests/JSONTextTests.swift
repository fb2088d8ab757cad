import GatewayJSON
import Testing

@Suite("Values as JSON")
struct JSONTextTests {
    private struct Order: Codable, Equatable {
        struct Item: Codable, Equatable {
            var title: String
            var price: Int
            var tags: [String]?
        }
        var items: [Item]
        var note: String?
        var paid = false
        var size: UInt8 = 0
        var by: [String: Double] = [:]
    }

    private func decode(_ text: String) throws -> Order { try JSONText.decode(from: Array(text.utf8)) }

    private func error(_ text: String) -> JSONTextError? {
        do {
            _ = try decode(text)
            return nil
        } catch {
            return error as? JSONTextError
        }
    }

    @Test("A value is one line with its members in order and slashes as they are")
    func encoded() throws {
        let order = Order(
            items: [Order.Item(title: "a/b \"c\"\n\u{E9}", price: -3, tags: nil)], note: "n",
            by: ["z": 1.5, "a": 2])
        #expect(
            String(decoding: try JSONText.encode(order), as: UTF8.self)
                == #"{"by":{"a":2,"z":1.5},"items":[{"price":-3,"title":"a/b \"c\"\né"}],"note":"n","paid":false,"size":0}"#
        )
    }

    @Test("What was written is read again")
    func again() throws {
        let order = Order(
            items: (0..<50).map { Order.Item(title: "\u{1F600}\u{0}\($0)", price: $0, tags: ["a", ""]) },
            paid: true)
        let read: Order = try JSONText.decode(from: try JSONText.encode(order))
        #expect(read == order)
        #expect(try JSONText.decode(Int.self, from: Array("7".utf8)) == 7)
        #expect(try JSONText.encode("a") == Array("\"a\"".utf8))
    }

    @Test(
        "What is wrong is said in one line, with its place",
        arguments: [
            ("[]", "the document is not an object"),
            ("{}", "items is missing"),
            (#"{"items": null}"#, "items is null, not an array"),
            (#"{"items": 1}"#, "items is not an array"),
            (#"{"items": [1]}"#, "items[0] is not an object"),
            (#"{"items": [{"title": "a", "price": 1}, {"title": "b"}]}"#, "items[1].price is missing"),
            (#"{"items": [{"title": 5}]}"#, "items[0].title is not a string"),
            (#"{"items": [{"title": "a", "price": "1"}]}"#, "items[0].price is not a whole number"),
            (
                #"{"items": [{"title": "a", "price": 1, "tags": ["a", 2]}]}"#,
                "items[0].tags[1] is not a string"
            ),
            (#"{"items": [], "paid": 0}"#, "paid is not true or false"),
            (#"{"items": [], "paid": false, "size": 0, "by": {"x\ny": true}}"#, "by.x y is not a number"),
        ])
    func wrong(_ text: String, _ expected: String) {
        #expect(error(text)?.description == expected)
        #expect(error(text)?.status == 400)
    }

    @Test(
        "Where a text stops being JSON is said by line and column",
        arguments: [
            ("", 1, 1), (" ", 1, 2), ("{", 1, 2), ("{\n  \"a\": }", 2, 8), ("{\"a\" 1}", 1, 6),
            ("{\"a\": 1,}", 1, 9),
            ("{a: 1}", 1, 2), ("{\"a\": [1 2]}", 1, 10), ("{\"\u{E9}\u{1F600}\": x}", 1, 8), ("{}x", 1, 3),
            ("{\"a\": tru}", 1, 7), ("{\"a\": -}", 1, 8), ("{\"a\": 01}", 1, 8), ("{\"a\": 1.}", 1, 9),
            ("{\"a\": 1e}", 1, 9), ("{\"a\": +1}", 1, 7), ("{\"a\": .5}", 1, 7), ("{\"a\": \"\n\"}", 1, 8),
            ("{\"a\": \"\\x\"}", 1, 8), ("{\"a\": \"\\u12\"}", 1, 8), ("{\"a\": \"\\uD800\"}", 1, 14),
            ("{\"a\": \"\\uDC00\"}", 1, 8), ("{\"a\": \"", 1, 8), ("{\"a\": 'b'}", 1, 7),
            ("{\"a\": NaN}", 1, 7),
            ("{\"a\": [}", 1, 8), ("// a\n{}", 1, 1), ("{\"a\": {\"b\": [[], {}, [1]}}", 1, 25),
        ])
    func syntax(_ text: String, _ line: Int, _ column: Int) {
        #expect(
            error(text)?.description == "the document is not valid JSON at line \(line), column \(column)")
    }

    @Test(
        "A number that does not fit is no mistake of the grammar",
        arguments: ["256", "-1", "1.5", "1e3", "99999999999999999999999999", "1E-2"])
    func numbers(_ number: String) {
        let text =
            "{\"items\": [ ], \"by\" :{\"\\uD83D\\uDE00\\n\": -0.5e+1}, \"paid\": true, \"size\": \(number)}\r\n\t"
        #expect(error(text)?.description == "the document has a number that its place cannot hold")
    }

    @Test("Octets that are no UTF-8 are no JSON")
    func octets() {
        #expect {
            try JSONText.decode(String.self, from: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")])
        } throws: { error in
            (error as? JSONTextError)?.description == "the document is not UTF-8"
        }
    }

    @Test("What is nested without end is refused, not followed", arguments: [600, 1_000_000])
    func deep(_ depth: Int) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(error(text)?.description == "the document is nested too deeply")
    }

    @Test("A number that JSON cannot write is an error of the server")
    func infinite() {
        #expect {
            try JSONText.encode(["a": [1.0, Double.infinity]])
        } throws: { error in
            let error = error as? JSONTextError
            return error?.status == 500 && error?.path == "a[1]"
                && error?.reason.hasPrefix("cannot be written") == true
        }
    }

    @Test("An error of a value's own passes through")
    func own() {
        struct Refusal: Error {}
        struct Picky: Codable {
            init() {}
            init(from decoder: any Decoder) throws { throw Refusal() }
            func encode(to encoder: any Encoder) throws { throw Refusal() }
        }
        #expect(throws: Refusal.self) { try JSONText.encode(Picky()) }
        #expect(throws: Refusal.self) { try JSONText.decode(Picky.self, from: Array("{}".utf8)) }
    }
}
