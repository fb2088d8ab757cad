// From what the sources say to settings. Made once, from the command line and the environment of the start; a reload asks
// it again, and only the configuration file can then say something new.

import Settings
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
        /// Whether the program has an application of its own.
        var hasOwnApplication = false
    }

    private let environment: [String: Given]
    /// As it was given.
    private let config: String
    private let variable: [String: Given]
    private let commandLine: [String: Given]
    /// Looks where relative paths begin.
    private let look: @Sendable () -> WorkFolder
    private let workerClasses: [String]

    init(
        environment: [String: Given], config: String, variable: [String: Given], commandLine: [String: Given],
        look: @escaping @Sendable () -> WorkFolder, workerClasses: [String]
    ) {
        self.environment = environment
        self.config = config
        self.variable = variable
        self.commandLine = commandLine
        self.look = look
        self.workerClasses = workerClasses
    }

    /// - Parameters:
    ///   - workerClasses: The names of those that the program brings along.
    ///   - value: A variable of the environment.
    init(
        environment value: (String) -> String?, variable: [String: Given], commandLine: [String: Given],
        folder look: @escaping @Sendable () -> WorkFolder = { StartFolder.current.look() },
        workerClasses: [String] = []
    ) throws(ConfigurationError) {
        environment = try EnvironmentSource.given(value)
        self.variable = variable
        self.commandLine = commandLine
        self.look = look
        self.workerClasses = ["sync", "thread", "async"] + workerClasses
        config = (commandLine["config"] ?? variable["config"])?.texts.last?.text ?? ""
    }

    /// Reads the file anew and looks at every value of every source, also at those that a later source replaces:
    /// a mistake does not wait for the day when its line begins to count.
    func load() throws(ConfigurationError) -> Reading {
        let folder = look()
        var reading = Reading(settings: Self.defaults, origins: [:])
        reading.settings.folder = folder
        var content = FileContent()
        if !config.isEmpty {
            let path = try Self.absolute(config, .path, in: folder)
            content = try ConfigurationFile(path: path, name: config).content()
        }
        let sources = [environment, content.settings, variable, commandLine]
        for source in sources {
            for declaration in Declaration.all {
                guard let given = source[declaration.name] else { continue }
                try declaration.store(&reading.settings, Self.prepare(given, declaration, folder), false)
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
                    part: part, settings: try overlay(part, on: base ?? reading.settings),
                    folder: folder.path))
        }
        try reading.refuseContradictions()
        return reading
    }

    private static var defaults: Settings {
        var settings = Settings()
        settings.workers = DefaultCounts.current.workers
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
            try declaration.store(&settings, Self.prepare(given, declaration, base.folder), true)
        }
        return settings
    }

    // MARK: Texts

    private static func prepare(
        _ given: Given, _ declaration: Declaration, _ folder: WorkFolder
    ) throws(ConfigurationError) -> [GivenText] {
        var texts: [GivenText] = []
        for text in given.texts {
            let parts =
                declaration.form == .commaSeparated
                ? text.text.split(separator: ",").map { String($0.trimmed) } : [text.text]
            for part in parts {
                let whole = try absolute(part, declaration.form, in: folder)
                texts.append(GivenText(mention: text.mention, text: whole, written: part))
            }
        }
        return texts
    }

    /// The same text, with a path that does not depend on the folder of the process.
    ///
    /// - Throws: What is wrong with a folder that the path needs.
    static func absolute(
        _ text: String, _ form: ValueForm, in folder: WorkFolder
    ) throws(ConfigurationError) -> String {
        let whole = absolute(text, form, in: folder.path)
        guard whole == text || !folder.isGone else { throw .environment(folder.goneMessage) }
        return whole
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
