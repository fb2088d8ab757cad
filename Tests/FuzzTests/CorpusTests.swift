// The corpus without the fuzzer: what it has found stays found. Each input is checked as the fuzzer checks it, and so are
// copies with a little damage.

import Syscalls
import TestSupport
import Testing

@testable import FuzzProperties

extension FuzzTarget: CustomTestStringConvertible {
    /// Its name.
    public var testDescription: String { name }
}

@Suite("What is fuzzed")
struct CorpusTests {
    private static let corpus =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 } + "/Fuzz/Corpus"

    /// The inputs of a target.
    private func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = "\(Self.corpus)/\(target.name)"
        return try Files.list(folder).map(\.name).sorted().map {
            ($0, try Files.contents("\(folder)/\($0)", limit: 1 << 20))
        }
    }

    /// What an input breaks.
    private func violation(_ target: FuzzTarget, _ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBufferPointer { bytes in
            do throws(Violation) {
                try target.check(bytes)
                return nil
            } catch {
                return error.description
            }
        }
    }

    @Test("Every input of the corpus keeps every promise", arguments: FuzzTarget.all)
    func corpus(_ target: FuzzTarget) throws {
        let inputs = try inputs(target)
        #expect(inputs.count >= 3)
        for (name, bytes) in inputs {
            if let violation = violation(target, bytes) {
                Issue.record("Fuzz/Corpus/\(target.name)/\(name): \(violation)")
            }
        }
    }

    @Test("So does one with a little damage", arguments: FuzzTarget.all)
    func damaged(_ target: FuzzTarget) throws {
        var generator = SeededGenerator(seed: 1)
        let octets = Array("\r\n\0 :;,/.%?=-09afAZ{}[]\\\u{7F}".utf8) + [0x80, 0xFF]
        for (name, bytes) in try inputs(target) where bytes.count > 3 && bytes.count < 4096 {
            for _ in 0..<20 {
                let damaged = bytes.damaged(with: octets, using: &generator)
                if let violation = violation(target, damaged) {
                    Issue.record("\(target.name)/\(name), as \(damaged): \(violation)")
                    return
                }
            }
        }
    }

    @Test("No folder of the corpus, and no dictionary, is without a target")
    func targets() throws {
        let names = FuzzTarget.all.map(\.name).sorted()
        #expect(try Files.list(Self.corpus).map(\.name).sorted() == names)
        #expect(
            try Files.list(Self.corpus + "/../Dictionaries").map(\.name).sorted()
                == names.map { $0 + ".dict" })
    }

    @Test("A promise that does not hold is noticed")
    func noticed() throws {
        // What the check of a path says of one that climbs; the rule itself never lets one through.
        for (path, holds) in [("/a/b", true), ("/a/../b", false), ("a", false), ("/a\0", false)] {
            let bytes = Array(path.utf8)
            let isKept = bytes.withUnsafeBufferPointer { bytes in
                (try? PathPromises.checkAccepted(bytes)) != nil
            }
            #expect(isKept == holds, "\(path.debugDescription)")
        }
    }
}
