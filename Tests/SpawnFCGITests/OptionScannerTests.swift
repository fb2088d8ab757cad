import Testing

@testable import SpawnFCGI

@Suite("Taking a command line apart")
struct OptionScannerTests {
    /// `a value`, `b`, `--name value`, and the operands behind a bar.
    private func scan(_ arguments: [String], isPOSIX: Bool = false) throws(Complaint) -> String {
        var scanner = OptionScanner(
            arguments, short: "a:bc?", long: ["watch": false, "log": true], isPOSIX: isPOSIX)
        var parts: [String] = []
        while let option = try scanner.nextOption() {
            switch option {
            case .short(let name, let value): parts.append("\(name)" + (value.map { " \($0)" } ?? ""))
            case .long(let name, let value): parts.append("--\(name)" + (value.map { " \($0)" } ?? ""))
            }
        }
        return parts.joined(separator: ", ") + " | " + scanner.operands.joined(separator: " ")
    }

    @Test(
        "Values are attached or follow, options are clustered, operands stand anywhere",
        arguments: [
            ("", " | "),
            ("-b", "b | "),
            ("-bc", "b, c | "),
            ("-a 1", "a 1 | "),
            ("-a1", "a 1 | "),
            ("-ba1", "b, a 1 | "),
            ("-bca 1 -b", "b, c, a 1, b | "),
            ("-ab", "a b | "),
            ("-a -b", "a -b | "),
            ("-a -- x", "a -- | x"),
            ("x -b y -a 1 z", "b, a 1 | x y z"),
            ("x -b -- y -c -- z", "b | x y -c -- z"),
            ("-- -b", " | -b"),
            ("- -b -", "b | - -"),
            ("-?", "? | "),
            ("--watch x --log y", "--watch, --log y | x"),
            ("--log=a=b --log= --log --", "--log a=b, --log , --log -- | "),
            ("-a=1", "a =1 | "),
        ])
    func options(_ line: String, _ expected: String) throws {
        #expect(try scan(line.split(separator: " ").map(String.init)) == expected)
    }

    @Test("An argument may be empty, and is a value or an operand then")
    func empty() throws {
        #expect(try scan(["-a", "", "", "-b"]) == "a , b | ")
    }

    @Test("With POSIXLY_CORRECT the first operand ends the options")
    func posix() throws {
        #expect(try scan(["-b", "x", "-c", "--", "y"], isPOSIX: true) == "b | x -c -- y")
        #expect(try scan(["-b", "--", "-c"], isPOSIX: true) == "b | -c")
    }

    @Test(
        "What is wrong is said in getopt's words, and the help follows",
        arguments: [
            (["-x"], "invalid option -- 'x'"),
            (["-bx"], "invalid option -- 'x'"),
            (["-:"], "invalid option -- ':'"),
            (["-é"], "invalid option -- 'é'"),
            (["-a"], "option requires an argument -- 'a'"),
            (["-ba"], "option requires an argument -- 'a'"),
            (["--log"], "option '--log' requires an argument"),
            (["--watch=1"], "option '--watch' doesn't allow an argument"),
            (["--lo"], "unrecognized option '--lo'"),
            (["--=x"], "unrecognized option '--'"),
        ])
    func mistakes(_ arguments: [String], _ message: String) {
        #expect(throws: Complaint(message, showsHelp: true, code: 255)) { try scan(arguments) }
    }
}
