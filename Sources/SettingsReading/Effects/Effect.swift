// When a setting does anything at all: for whom, and beside which other settings.

import Settings

/// What a setting has an effect on, and when.
struct Effect: Sendable {
    /// Something without which a setting does nothing.
    struct Condition: Sendable {
        /// Whether it is there, for settings that count for something of this reach.
        let holds: @Sendable (Settings, Reach) -> Bool
        /// How the message goes on behind "has no effect": why, and what to do.
        let otherwise: String
    }

    /// The setting.
    let name: String
    let reach: Reach
    var condition: Condition?

    init(_ name: String, _ reach: Reach) {
        self.name = name
        self.reach = reach
    }

    /// - Parameter otherwise: Why it has no effect where `holds` is false, and what to do.
    init(
        _ name: String, _ reach: Reach, if holds: @escaping @Sendable (Settings) -> Bool,
        otherwise: String
    ) {
        self.init(name, reach, where: { settings, _ in holds(settings) }, otherwise: otherwise)
    }

    init(
        _ name: String, _ reach: Reach, where holds: @escaping @Sendable (Settings, Reach) -> Bool,
        otherwise: String
    ) {
        self.init(name, reach)
        condition = Condition(holds: holds, otherwise: otherwise)
    }

    private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })

    /// The effect of a setting. A test holds the table to the declarations.
    static func of(_ name: String) -> Effect { byName[name] ?? Effect(name, .everything) }

    /// Whether the setting does anything for something of this reach.
    func isFelt(_ settings: Settings, _ other: Reach) -> Bool {
        !reach.isDisjoint(with: other) && condition?.holds(settings, other) ?? true
    }

    /// For whom it is, in the words of the documentation; empty where that is whatever is served.
    var audience: String { reach.contains(.gateway) ? "" : users }

    /// What it is for beside the gateway itself.
    var users: String {
        reach.contains(.applications) ? "applications" : reach.subtracting(.gateway).words
    }
}
