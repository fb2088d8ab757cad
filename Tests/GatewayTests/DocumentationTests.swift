import Syscalls
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("The configurations in the documentation")
struct DocumentationTests {
    /// A configuration and where it stands.
    struct Example: CustomTestStringConvertible, Sendable {
        let place: String
        let text: String
        var testDescription: String { place }
    }

    private static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }

    /// The `yaml` blocks of every page.
    private static func examples() throws -> [Example] {
        let pages = try Files.list(root + "/docs").map(\.name).filter { $0.hasSuffix(".md") }.map {
            "docs/\($0)"
        }
        return try (pages + ["README.md"]).flatMap { page in
            let text = String(decoding: try Files.contents("\(root)/\(page)", limit: 1 << 20), as: UTF8.self)
            return text.split(separator: "```yaml\n", omittingEmptySubsequences: false).dropFirst()
                .enumerated()
                .map { number, part in
                    Example(
                        place: "\(page), \(number + 1)",
                        text: String(
                            part.prefix(upTo: part.firstRange(of: "\n```")?.lowerBound ?? part.endIndex)))
                }
        }
    }

    @Test("Each is one that the gateway reads")
    func readable() throws {
        let examples = try Self.examples()
        #expect(examples.count >= 5)
        for example in examples {
            do {
                let reading = try readSettings(file: example.text)
                let names = reading.applications.map(\.name) + ["self"]
                for application in reading.applications {
                    _ = try ApplicationKind(parsing: application.run.text)
                }
                for route in reading.routes { try expectPlan(route, names) }
            } catch let error as ConfigurationError {
                Issue.record("\(example.place): \(error.message)")
            }
        }
    }

    private func expectPlan(_ route: NamedRoute, _ names: [String]) throws {
        do throws(ConfigurationError) {
            _ = try RouteReader(route: route, applications: names).plan()
        } catch {
            // The folders of an example are nobody's.
            guard case .environment = error else { throw error }
        }
    }
}
