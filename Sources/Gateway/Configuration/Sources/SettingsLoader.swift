// From what the sources say to settings. Made once, from the command line and the environment of the start; a reload asks
// it again, and only the configuration file can then say something new.

import Syscalls

/// Reads the settings, as often as it is asked.
struct SettingsLoader: Sendable {
    /// What the settings are read for.
    enum Occasion {
        case start, reload
        /// `--check-config`.
        case check
    }

    /// What one reading came to.
    struct Reading: Sendable {
        var settings: Settings
        /// What is to be served, where a source says so.
        var application: GivenText?
        /// Applications by their names, in the order of the file.
        var applications: [NamedApplication] = []
        /// In the order of the file.
        var routes: [NamedRoute] = []
        /// Where each setting that is not the default comes from, by its name.
        var origins: [String: Origin]
        var occasion = Occasion.start
    }

    private let environment: [String: Given]
    private let file: ConfigurationFile?
    private let variable: [String: Given]
    private let commandLine: [String: Given]
    /// Relative paths begin here, whatever the working folder is later.
    private let folder: String
    private let workerClasses: [String]

    /// - Parameters:
    ///   - workerClasses: The names of those that the program brings along.
    ///   - value: A variable of the environment.
    init(
        environment value: (String) -> String?, variable: [String: Given], commandLine: [String: Given],
        folder: String = SystemProcess.currentDirectory, workerClasses: [String] = []
    ) throws(ConfigurationError) {
        environment = try EnvironmentSource.given(value)
        self.variable = variable
        self.commandLine = commandLine
        self.folder = folder
        self.workerClasses = ["sync", "thread", "async"] + workerClasses
        let config = (commandLine["config"] ?? variable["config"])?.texts.last?.text ?? ""
        file =
            config.isEmpty
            ? nil : ConfigurationFile(path: Self.absolute(config, .path, in: folder), name: config)
    }

    /// Reads the file anew and looks at every value of every source, also at those that a later source replaces:
    /// a mistake does not wait for the day when its line begins to count.
    func load() throws(ConfigurationError) -> Reading {
        var reading = Reading(settings: Self.defaults, origins: [:])
        let content = try file?.content() ?? FileContent()
        let sources = [environment, content.settings, variable, commandLine]
        for source in sources {
            for declaration in Declaration.all {
                guard let given = source[declaration.name] else { continue }
                try declaration.store(&reading.settings, prepare(given, declaration), false)
                reading.origins[declaration.name] = given.origin
            }
            if let application = source[ConfigurationFile.applicationKey] {
                reading.application = application.texts.last
                reading.origins[ConfigurationFile.applicationKey] = application.origin
            }
            try checkWorkerClass(reading)
            if reading.settings.binds.isEmpty, let origin = reading.origins["bind"] {
                throw .usage("\(origin.mention("bind")) is an empty list: name an address, or remove it")
            }
        }
        reading.settings.hasChosenBinds = reading.origins["bind"] != nil
        for part in content.applications {
            reading.applications.append(
                try NamedApplication(part, settings: overlay(part, on: reading.settings)))
        }
        for part in content.routes {
            let base =
                reading.applications.first { $0.name == part.own["application"]?.texts.first?.text }?.settings
            reading.routes.append(
                NamedRoute(
                    part: part, settings: try overlay(part, on: base ?? reading.settings), folder: folder))
        }
        try reading.refuseContradictions()
        return reading
    }

    private static var defaults: Settings {
        var settings = Settings()
        settings.workers = min(SystemProcess.processorCount, Scoreboard.workerCapacity / 4)
        return settings
    }

    private func checkWorkerClass(_ reading: Reading) throws(ConfigurationError) {
        guard let name = reading.settings.workerClass, !workerClasses.contains(name) else { return }
        let mention = reading.origins["worker-class"]?.mention("worker-class") ?? "--worker-class"
        let others = workerClasses.dropLast().joined(separator: ", ")
        throw .usage(
            "\(mention) is '\(name.oneLine)': write \(others) or \(workerClasses[workerClasses.count - 1])")
    }

    /// The settings of an application or a route: those of what it stands in, with its own over them.
    private func overlay(
        _ part: FileContent.Part, on base: Settings
    ) throws(ConfigurationError) -> Settings {
        var settings = base
        // The group at the top goes with the user at the top: applications with users of their own are to be apart.
        if part.settings["user"] != nil { settings.group = nil }
        for declaration in Declaration.all {
            guard let given = part.settings[declaration.name] else { continue }
            try declaration.store(&settings, prepare(given, declaration), true)
        }
        return settings
    }

    // MARK: Texts

    private func prepare(_ given: Given, _ declaration: Declaration) -> [GivenText] {
        given.texts.flatMap { text in
            let parts =
                declaration.form == .commaSeparated
                ? text.text.split(separator: ",").map { String($0.trimmed) } : [text.text]
            return parts.map {
                GivenText(
                    mention: text.mention, text: Self.absolute($0, declaration.form, in: folder), written: $0)
            }
        }
    }

    static func absolute(_ text: String, _ form: ValueForm, in folder: String) -> String {
        if form == .assignedPath, let equals = text.firstIndex(of: "=") {
            let path = text.index(after: equals)
            return text[..<path] + absolute(String(text[path...]), .path, in: folder)
        }
        let isRelative =
            switch form {
            case .path: !text.isEmpty && text != "-" && !text.hasPrefix("/")
            case .program: text.contains("/") && !text.hasPrefix("/")
            case .text, .flag, .commaSeparated, .assignedPath: false
            }
        return isRelative ? (folder == "/" ? "" : folder) + "/" + text : text
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " }
        return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
    }
}
