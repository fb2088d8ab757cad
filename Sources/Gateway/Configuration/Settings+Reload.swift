extension Settings {
    /// Takes back, for a reload, what only a start can change.
    ///
    /// - Parameter running: The settings in force.
    /// - Returns: The names of the settings that had changed.
    mutating func keepStartOnly(of running: Settings) -> [String] {
        var changed: [String] = []
        for declaration in Declaration.all
        where declaration.change == .start && declaration.show(self) != declaration.show(running) {
            declaration.keep(&self, running)
            changed.append(declaration.name)
        }
        return changed
    }
}
