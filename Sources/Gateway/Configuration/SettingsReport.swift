// What --print-config says.

extension SettingsLoader.Reading {
    /// Every setting as a line `name = value    (origin)`.
    var lines: [String] {
        var entries = Declaration.all.map { ($0.name, value(of: $0)) }
        if let application { entries.insert((ConfigurationFile.applicationKey, application.text), at: 0) }
        let texts = entries.map { name, value in "\(name) = \(value)".escaped }
        // A long list must not push the origins of all others out of sight.
        let width = min(texts.map(\.count).max() ?? 0, 40)
        return zip(entries, texts).map { entry, text in
            let padding = String(repeating: " ", count: max(0, width - text.count) + 4)
            return "\(text)\(padding)(\(origins[entry.0]?.description ?? "default"))"
        }
    }

    private func value(of declaration: Declaration) -> String {
        let value = declaration.show(settings)
        // The one default that depends on this machine and is made later.
        return value.isEmpty && declaration.name == "processes"
            ? "\(ApplicationPlan.defaultProcesses)" : value
    }
}

extension String {
    /// One line, whatever is in it.
    fileprivate var escaped: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.value < 32 || scalar.value == 127 ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}
