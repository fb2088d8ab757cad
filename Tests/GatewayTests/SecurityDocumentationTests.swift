import Syscalls
import Testing
@testable import SettingsReading

@Suite("SECURITY.md")
struct SecurityDocumentationTests {
    private static func text() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
        return String(decoding: try Files.contents("\(root)/SECURITY.md", limit: 1 << 20), as: UTF8.self)
    }

    @Test("Every setting that it names exists")
    func settings() throws {
        let names = try Self.text().split(separator: "`--", omittingEmptySubsequences: false).dropFirst()
            .map { String($0.prefix { $0.isLetter || $0.isNumber || $0 == "-" }) }
        #expect(Set(names).count >= 30)
        for name in names {
            #expect(Declaration.named(name) != nil, "there is no setting '--\(name)'")
        }
    }

    @Test("Its table has every setting whose declaration says what it stops")
    func complete() throws {
        let text = try Self.text()
        let stopping = Declaration.all.filter {
            $0.meaning.contains("Stops ") || $0.meaning.contains(" stops ")
        }
        #expect(stopping.count >= 25)
        for declaration in stopping {
            #expect(
                text.contains("\n| `--\(declaration.name)` |"),
                "'--\(declaration.name)' has no row in the table"
            )
        }
    }

    @Test("Its table has the defaults that are declared, and each setting once")
    func defaults() throws {
        let rows = try Self.text().split(separator: "\n").filter { $0.hasPrefix("| `--") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
        #expect(rows.count >= 30)
        #expect(Set(rows.map(\.[0])).count == rows.count)
        for row in rows {
            try #require(row.count == 4, "\(row)")
            let name = String(row[0].dropFirst(3).dropLast())
            let declaration = try #require(Declaration.named(name), "\(row)")
            #expect(row[1] == declaration.standard, "\(row[0])")
            #expect(!row[2].isEmpty && !row[3].isEmpty, "\(row[0]) says not what it stops")
        }
    }
}
