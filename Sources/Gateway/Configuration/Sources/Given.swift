// What the sources say, before anybody has looked whether it makes sense.

/// Where a value comes from; the later ones win.
enum Origin: Equatable, Sendable {
    /// A variable of the environment.
    case environment(String)
    /// A line of the configuration file, by the name that the file was given.
    case file(String, line: Int)
    /// The variable with options.
    case variable
    /// The command line itself.
    case commandLine

    /// The variable that holds options and, where none is on the command line, the application.
    static let variableName = "GATEWAY_CMD_ARGS"

    /// For people who want to know where to change a value.
    var description: String {
        switch self {
        case .environment(let name): "environment: \(name)"
        case .file(let name, let line): "\(name):\(line)"
        case .variable: Self.variableName
        case .commandLine: "command line"
        }
    }

    /// The setting `name` as a message has to call it, so that it can be found.
    func mention(_ name: String) -> String {
        switch self {
        case .environment(let variable): variable
        case .file(let file, let line): "\(file):\(line): \(name)"
        case .variable: "\(Self.variableName): --\(name)"
        case .commandLine: "--\(name)"
        }
    }
}

/// One text that is to become a value.
struct GivenText: Equatable, Sendable {
    /// The setting, as messages call it.
    let mention: String
    let text: String
    /// What somebody has written, where the text was made of it.
    var written: String?

    /// The value, or one line about what is wrong with it.
    func read<Value>(as kind: ValueKind<Value>) throws(ConfigurationError) -> Value {
        // It would be cut where it becomes a C string.
        guard !text.utf8.contains(0) else { throw .usage("\(mention) holds a NUL: remove it") }
        do throws(Refusal) { return try kind.read(text) } catch { throw refusal(error) }
    }

    /// What is wrong with it, in one line whatever is in the text.
    func refusal(_ refusal: Refusal) -> ConfigurationError {
        switch refusal {
        case .write(let advice):
            let text = written ?? text
            let shown = Int(text) == nil ? "'\(text)'" : text
            return .usage("\(mention) is \(shown): write \(advice)".oneLine)
        case .because(let sentence): return .usage("\(mention): \(sentence)".oneLine)
        }
    }
}

/// All that one source says about one setting.
struct Given: Equatable, Sendable {
    let origin: Origin
    var texts: [GivenText]
}

extension Given {
    /// Texts that all stand in one place.
    init(_ name: String, _ texts: [String], _ origin: Origin) {
        self.init(origin: origin, texts: texts.map { GivenText(mention: origin.mention(name), text: $0) })
    }
}
