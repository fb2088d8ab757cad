import Settings

extension Settings {
    /// Takes back, for a reload, what only a start can change.
    ///
    /// - Parameter running: The settings in force.
    /// - Returns: The names of the settings that had changed.
    package mutating func keepStartOnly(of running: Settings) -> [String] {
        var changed: [String] = []
        for declaration in Declaration.all
        where declaration.change == .start && declaration.show(self) != declaration.show(running) {
            // A relative path means another file in another release, and nobody has changed the setting.
            let isSame = shownFromFolder(declaration) == running.shownFromFolder(declaration)
            if isSame, declaration.name == "config" { continue }
            declaration.keep(&self, running)
            if !isSame { changed.append(declaration.name) }
        }
        return changed
    }

    /// The value, a path without the folder where relative ones begin.
    private func shownFromFolder(_ declaration: Declaration) -> String {
        let text = declaration.show(self)
        guard declaration.form == .path, !folder.path.isEmpty, text.hasPrefix(folder.path + "/") else {
            return text
        }
        return String(text.dropFirst(folder.path.count + 1))
    }
}
