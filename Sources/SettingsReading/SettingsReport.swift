// What --print-config says.

import Settings

extension SettingsLoader.Reading {
    /// One line, before it is set in columns.
    private struct Entry {
        let name: String
        let value: String
        let origin: Origin?

        var text: String { "\(name) = \(value)".oneLine }
    }

    /// Every setting as a line `name = value    (origin)`; then what the sections of applications and routes say
    /// themselves. What they do not say is as above.
    var lines: [String] {
        let entries = general + applications.flatMap(entries) + routes.enumerated().flatMap(entries)
        // A long list must not push the origins of all others out of sight.
        let width = min(entries.map(\.text.count).max() ?? 0, 56)
        return entries.map { entry in
            let text = entry.text
            let padding = String(repeating: " ", count: max(0, width - text.count) + 4)
            return "\(text)\(padding)(\(entry.origin?.description ?? "default"))"
        }
    }

    private var general: [Entry] {
        var entries = Declaration.all.map { declaration in
            Entry(name: declaration.name, value: value(of: declaration), origin: origins[declaration.name])
        }
        if let application {
            let key = ConfigurationFile.applicationKey
            entries.insert(Entry(name: key, value: application.text, origin: origins[key]), at: 0)
        }
        return entries
    }

    private func value(of declaration: Declaration) -> String {
        let value = declaration.show(settings)
        // The one default that depends on this machine and is made later.
        return value.isEmpty && declaration.name == "processes"
            ? "\(DefaultCounts.current.processes)" : value
    }

    private func entries(of application: NamedApplication) -> [Entry] {
        entries(
            of: application.part, application.settings, keys: ConfigurationFile.applicationKeys,
            prefix: "\(ConfigurationFile.applicationsKey).\(application.name)")
    }

    private func entries(of number: Int, _ route: NamedRoute) -> [Entry] {
        entries(
            of: route.part, route.settings, keys: ConfigurationFile.routeKeys,
            prefix: "\(ConfigurationFile.routesKey).\(number + 1)")
    }

    /// - Parameters:
    ///   - settings: What counts for the part, values of a list that it only adds to included.
    ///   - keys: Its keys that are no settings.
    private func entries(
        of part: FileContent.Part, _ settings: Settings, keys: [String], prefix: String
    ) -> [Entry] {
        let own = keys.compactMap { key in
            part.own[key].map { given in
                let value = given.texts.map(\.text).joined(separator: " ")
                return Entry(name: "\(prefix).\(key)", value: value, origin: given.origin)
            }
        }
        return own
            + Declaration.all.compactMap { declaration in
                part.settings[declaration.name].map { given in
                    Entry(
                        name: "\(prefix).\(declaration.name)", value: declaration.show(settings),
                        origin: given.origin)
                }
            }
    }
}
