import Syscalls

/// Programs by their names.
enum Executables {
    /// The file that `name` stands for: itself when it has a slash, else the first of PATH.
    ///
    /// - Parameter directory: What a relative path with a slash begins at, for the check; the answer keeps its form.
    static func find(_ name: String, in directory: String? = nil) -> String? {
        if name.contains("/") {
            let path = name.hasPrefix("/") ? name : (directory.map { $0 + "/" } ?? "") + name
            return Files.isExecutable(path) ? Files.absolutePath(path) ?? path : nil
        }
        let path = SystemProcess.environmentValue("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":") where Files.isExecutable("\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        return nil
    }

    /// The Python interpreter that the settings, or the surroundings, ask for.
    ///
    /// - Parameter places: Where the settings stand.
    static func python(
        _ settings: Settings, _ places: SettingPlaces = SettingPlaces()
    ) throws(ConfigurationError) -> String {
        if let python = settings.python {
            guard let path = find(python) else {
                throw .environment(
                    places.message("python", "cannot run '\(python)'", "is it there, and executable?"))
            }
            // The interpreter of a virtual environment is a link, and knows its environment by where the link is.
            guard python.contains("/") else { return path }
            return python.hasPrefix("/") ? python : SystemProcess.currentDirectory + "/" + python
        }
        if let environment = SystemProcess.environmentValue("VIRTUAL_ENV"), !environment.isEmpty {
            let path = environment + "/bin/python3"
            guard Files.isExecutable(path) else {
                throw .environment(
                    "cannot run '\(path)' (VIRTUAL_ENV): unset VIRTUAL_ENV or name an interpreter with --python"
                )
            }
            return path
        }
        guard let path = find("python3") else {
            throw .environment(
                "cannot find python3 in PATH: install it, or name an interpreter with --python")
        }
        return path
    }
}
