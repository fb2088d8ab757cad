import HTTP
import Octets

/// What is promised of the choice of a coding. The input is the value of Accept-Encoding.
enum AcceptEncodingPromises {
    private static let offers: [[ContentCoding]] = [
        [], [.gzip], [.brotli], [.gzip, .brotli], [.brotli, .gzip],
    ]

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let accepted = AcceptEncoding(bytes)
        let weights = weights(latin(bytes))
        for offered in offers {
            let choice = accepted.choice(among: offered)
            try require(choice.map(offered.contains) ?? true, "\(choice!) is chosen and was not offered")
            let expected = expected(offered, weights)
            try require(choice == expected, "of \(offered) it is \(name(choice)), not \(name(expected))")
            let codings = offered.reduce(into: ContentCodings()) { $0.formUnion(ContentCodings($1)) }
            // Of copies that are there brotli comes first.
            let copies = expectedCopy(offered, weights)
            let chosen = accepted.choice(among: codings)
            try require(chosen == copies, "of copies it is \(name(chosen)), not \(name(copies))")
        }
        let refuses = (weights["identity"] ?? weights["*"]) == 0
        try require(
            accepted.refusesIdentity == refuses, "what is not coded is \(refuses ? "" : "not ")refused")
        for coding in ["gzip", "br"] where weights[coding] == 0 {
            let choice = accepted.choice(among: [.gzip, .brotli])
            try require(choice?.rawValue != coding, "\(coding) is refused and chosen")
        }
        try checkList(bytes)
    }

    private static func name(_ coding: ContentCoding?) -> String { coding?.rawValue ?? "none" }

    private static func expected(_ offered: [ContentCoding], _ weights: [String: Int]) -> ContentCoding? {
        let liked = offered.map { (coding: $0, weight: weights[$0.rawValue] ?? weights["*"] ?? 0) }
        let most = liked.map(\.weight).max() ?? 0
        guard most > 0, most >= weights["identity"] ?? 0 else { return nil }
        return liked.first { $0.weight == most }?.coding
    }

    private static func expectedCopy(_ there: [ContentCoding], _ weights: [String: Int]) -> ContentCoding? {
        expected([.brotli, .gzip].filter { there.contains($0) }, weights)
    }

    /// What is said of each coding, in thousandths; the last word counts.
    private static func weights(_ text: String) -> [String: Int] {
        var weights: [String: Int] = [:]
        for element in text.split(separator: ",").map({ String($0).trimmed }) where !element.isEmpty {
            let parts = element.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            var name = String(parts[0]).trimmed.asciiLowercased
            if name == "x-gzip" { name = "gzip" }
            weights[name] = parts.count == 1 ? 1000 : weight(String(parts[1]).trimmed) ?? 0
        }
        return weights
    }

    /// `"q=" ( "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ] )`, by trying all that there are.
    private static func weight(_ text: String) -> Int? { all[text.asciiLowercased] }

    private static let all: [String: Int] = {
        var all: [String: Int] = ["q=1": 1000, "q=0": 0, "q=1.": 1000, "q=0.": 0]
        for (count, step) in [(1, 100), (2, 10), (3, 1)] {
            let zeros = String(repeating: "0", count: count)
            all["q=1.\(zeros)"] = 1000
            for number in 0..<(1000 / step) {
                all["q=0.\(zeros.dropLast(String(number).count))\(number)"] = number * step
            }
        }
        return all
    }()

    /// The elements of a list, and whether one of them is a token.
    private static func checkList(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var elements: [String] = []
        FieldList.forEach(in: bytes) { elements.append(latin($0)) }
        let expected = latin(bytes).split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
        try require(elements == expected, "the list is \(elements), not \(expected)")
        let names = expected.map { element in
            String(element.prefix { $0 != ";" && $0 != "=" }).trimmed.asciiLowercased
        }
        try require(FieldList.contains("gzip", in: bytes) == names.contains("gzip"), "gzip is in it, or not")
    }
}
