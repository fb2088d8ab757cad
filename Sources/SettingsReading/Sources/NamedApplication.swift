import Settings
import Syscalls

/// An application of the configuration file.
struct NamedApplication: Sendable {
    let name: String
    /// What it runs.
    let run: GivenText
    /// The settings of the gateway, with its own over them.
    var settings: Settings
    /// What its section says, for --print-config.
    let part: FileContent.Part
    /// The file, as messages call it.
    var fileName: String { part.place.lastIndex(of: ":").map { String(part.place[..<$0]) } ?? part.place }

    init(_ part: FileContent.Part, settings: Settings) throws(ConfigurationError) {
        guard let run = part.own["run"]?.texts.last else {
            throw .usage(
                "\(part.place): application '\(part.name)' runs nothing: add 'run: wsgi:MODULE:CALLABLE' or another form"
            )
        }
        name = part.name
        self.run = run
        self.settings = settings
        self.part = part
    }
}

/// A route of the configuration file, before its keys are understood.
struct NamedRoute: Sendable {
    let part: FileContent.Part
    /// The settings of its application, with its own over them.
    var settings: Settings
    /// Relative folders begin here.
    let folder: String
}
