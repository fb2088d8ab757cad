// Where the settings of an application stand, so that a message can name the line that has to change: in its section, or at the
// top, whose settings are its defaults.

/// Where settings that count together were set.
struct SettingPlaces: Sendable {
    /// Where each setting at the top comes from.
    var general: [String: Origin] = [:]
    /// What a section says itself; `nil` for what has no section.
    var own: [String: Given]?

    /// Where a setting was set; `nil` where nobody has.
    func origin(_ name: String) -> Origin? { own?[name]?.origin ?? general[name] }

    /// A setting as messages call it.
    func mention(_ name: String) -> String { origin(name)?.mention(name) ?? "--\(name)" }

    /// Whether a section has it from the top: then it is a default, and counts where it can.
    func isInherited(_ name: String) -> Bool { own != nil && own?[name] == nil }

    /// A message about a setting, with the line of the file before it.
    ///
    /// - Parameters:
    ///   - problem: What is wrong; the name of the setting follows in parentheses.
    ///   - advice: What to do about it.
    func message(_ name: String, _ problem: String, _ advice: String) -> String {
        guard case .file(let file, let line)? = origin(name) else {
            return "\(problem) (\(mention(name))): \(advice)"
        }
        return "\(file):\(line): \(problem) (\(name)): \(advice)"
    }
}

extension SettingsLoader.Reading {
    /// The places of the settings at the top.
    var places: SettingPlaces { SettingPlaces(general: origins) }

    /// The places of an application's settings.
    func places(of application: NamedApplication) -> SettingPlaces {
        SettingPlaces(general: origins, own: application.part.settings)
    }
}
