// How options of the argument parser get their names and their help from the declarations, and how what was given is
// collected again.

import ArgumentParser
import Settings

/// Options of which every one is declared as a setting. The property of the option `--keep-alive` is `keepAlive`.
protocol DeclaredOptions: ParsableArguments {}

extension DeclaredOptions {
    /// What was given, by the names of the settings.
    func given(_ origin: Origin) -> [String: Given] {
        var given: [String: Given] = [:]
        for (label, wrapper) in Mirror(reflecting: self).children {
            let texts: [String] =
                switch wrapper {
                case let option as Option<String?>: option.wrappedValue.map { [$0] } ?? []
                case let option as Option<[String]>: option.wrappedValue
                case let flag as Flag<Bool?>: flag.wrappedValue.map { ["\($0)"] } ?? []
                default: []
                }
            guard let label, !texts.isEmpty else { continue }
            let name = Self.optionName(label)
            given[name] = Given(name, texts, origin)
        }
        return given
    }

    /// `_keepAlive`, which is what the wrapper of `keepAlive` is called, becomes `keep-alive`.
    private static func optionName(_ label: String) -> String {
        String(
            label.drop { $0 == "_" }.flatMap { $0.isUppercase ? ["-", Character($0.lowercased())] : [$0] })
    }
}

/// A group of such options in a command.
protocol DeclaredOptionGroup {
    var options: any DeclaredOptions { get }
}

extension OptionGroup: DeclaredOptionGroup where Value: DeclaredOptions {
    var options: any DeclaredOptions { wrappedValue }
}

extension Declaration {
    /// The declaration of an option. An option without one is a mistake in this program.
    fileprivate static func of(_ name: String) -> Declaration {
        guard let declaration = named(name) else { preconditionFailure("'\(name)' is not declared") }
        return declaration
    }

    fileprivate var names: NameSpecification {
        NameSpecification([.customLong(name)] + (short.map { [.customShort($0)] } ?? []))
    }

    fileprivate var help: ArgumentHelp {
        let standard = standard.filter { $0 != "`" }
        return ArgumentHelp(
            summary + (standard.isEmpty ? "" : " (default: \(standard))"),
            valueName: placeholder.isEmpty ? nil : placeholder)
    }
}

extension Option where Value == String? {
    /// An option with the name, the letter and the help of a declaration.
    init(declared name: String) {
        let declaration = Declaration.of(name)
        self.init(name: declaration.names, help: declaration.help)
    }
}

extension Option where Value == [String] {
    /// An option that may be repeated, with the name, the letter and the help of a declaration.
    init(wrappedValue: [String], declared name: String) {
        let declaration = Declaration.of(name)
        self.init(wrappedValue: wrappedValue, name: declaration.names, help: declaration.help)
    }
}

extension Flag where Value == Bool? {
    /// A flag with the name and the help of a declaration, and its opposite, which takes it back.
    init(declared name: String) {
        let declaration = Declaration.of(name)
        self.init(name: declaration.names, inversion: .prefixedNo, help: declaration.help)
    }
}
