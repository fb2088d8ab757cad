// Where the settings of an application stand, so that a message can name the line that has to change: in its section, or at the
// top, whose settings are its defaults.

/// Where settings that count together were set.
package struct SettingPlaces: Sendable {
    /// Where each setting at the top comes from.
    package var general: [String: Origin] = [:]
    /// What a section says itself; `nil` for what has no section.
    package var own: [String: Origin]?

    package init(general: [String: Origin] = [:], own: [String: Origin]? = nil) {
        self.general = general
        self.own = own
    }

    /// Where a setting was set; `nil` where nobody has.
    package func origin(_ name: String) -> Origin? { own?[name] ?? general[name] }

    /// A setting as messages call it.
    package func mention(_ name: String) -> String { origin(name)?.mention(name) ?? "--\(name)" }

    /// Whether a section has it from the top: then it is a default, and counts where it can.
    package func isInherited(_ name: String) -> Bool { own != nil && own?[name] == nil }

    /// A message about a setting, with the line of the file before it.
    ///
    /// - Parameters:
    ///   - problem: What is wrong; the name of the setting follows in parentheses.
    ///   - advice: What to do about it.
    package func message(_ name: String, _ problem: String, _ advice: String) -> String {
        guard case .file(let file, let line)? = origin(name) else {
            return "\(problem) (\(mention(name))): \(advice)"
        }
        return "\(file):\(line): \(problem) (\(name)): \(advice)"
    }
}
