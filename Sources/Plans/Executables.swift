import Settings
import Syscalls

/// Programs by their names.
package enum Executables {
    /// The file that `name` stands for: itself when it has a slash, else the first of PATH.
    ///
    /// - Parameters:
    ///   - directory: What a relative path with a slash begins at, for the check; the answer keeps its form.
    ///   - path: The folders of names without a slash; `nil` for those of the gateway.
    package static func find(_ name: String, in directory: String? = nil, path: String? = nil) -> String? {
        if name.contains("/") {
            let path = name.hasPrefix("/") ? name : (directory.map { $0 + "/" } ?? "") + name
            return Files.isExecutable(path) ? Files.absolutePath(path) ?? path : nil
        }
        let path = path ?? SystemProcess.environmentValue("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":") where Files.isExecutable("\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        return nil
    }

    /// The Python interpreter that the settings, or the surroundings, ask for.
    ///
    /// - Parameter places: Where the settings stand.
    package static func python(
        _ settings: Settings, _ places: SettingPlaces = SettingPlaces()
    ) throws(ConfigurationError) -> String {
        if let python = settings.python {
            guard let path = find(python, path: settings.searchPath) else {
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
        guard let path = find("python3", path: settings.searchPath) else {
            throw .environment(
                "cannot find python3 in PATH\(settings.mentionOfSearchPath): install it (Debian: apt-get install python3), or name an interpreter with --python"
            )
        }
        return path
    }

    /// The PHP interpreter that the settings, or the surroundings, ask for.
    ///
    /// - Parameter places: Where the settings stand.
    package static func php(
        _ settings: Settings, _ places: SettingPlaces = SettingPlaces()
    ) throws(ConfigurationError) -> String {
        if let php = settings.php {
            guard let path = find(php, path: settings.searchPath) else {
                throw .environment(
                    places.message(
                        "php", "cannot run '\(php)'",
                        "is it there, and executable? (Debian: apt-get install php-cgi)"))
            }
            return path
        }
        guard let path = find("php-cgi", path: settings.searchPath) else {
            throw .environment(
                "cannot find php-cgi in PATH\(settings.mentionOfSearchPath): install it (Debian: apt-get install php-cgi), or name an interpreter with --php"
            )
        }
        return path
    }
}

extension Settings {
    /// The PATH that the application is given; `nil` where it is that of the gateway.
    var searchPath: String? {
        environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
    }

    fileprivate var mentionOfSearchPath: String { searchPath == nil ? "" : " (that of --env)" }

    /// The entries of php.ini as lines; of two for one name the later one counts, as that of an application over that of the top.
    var linesOfPHPINI: [String] {
        var lines: [String] = []
        for entry in phpINI {
            let name = entry.prefix { $0 != "=" }
            lines.removeAll { $0.prefix { $0 != "=" } == name }
            lines.append(entry)
        }
        return lines
    }
}
