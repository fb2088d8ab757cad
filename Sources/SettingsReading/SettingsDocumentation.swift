// The tables of docs/settings.md, made from the declarations.

enum SettingsDocumentation {
    /// One heading and one table a section, in Markdown.
    static var text: String { Section.all.map(text).joined(separator: "\n") }

    private static func text(_ section: Section) -> String {
        var lines = ["## \(section.title)", ""]
        if !section.note.isEmpty { lines += [section.note, ""] }
        lines += [
            "| setting | default | change | also in | for | meaning |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += section.declarations.map { declaration in
            let short = declaration.short.map { " (`-\($0)`)" } ?? ""
            return [
                "", "`--\(declaration.name)`\(short)", declaration.standard, declaration.change.rawValue,
                declaration.scope.places, Effect.of(declaration.name).audience, declaration.meaning, "",
            ].joined(separator: " | ").trimmedBars
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Declaration.Scope {
    fileprivate var places: String {
        switch self {
        case .gateway: ""
        case .application: "applications"
        case .route: "applications, routes"
        }
    }
}

extension String {
    /// A row without the blanks outside of its bars.
    fileprivate var trimmedBars: String { String(dropFirst().dropLast()) }
}
