/// Where a value comes from; the later ones win.
package enum Origin: Equatable, Sendable {
    /// A variable of the environment.
    case environment(String)
    /// A line of the configuration file, by the name that the file was given.
    case file(String, line: Int)
    /// The variable with options.
    case variable
    /// The command line itself.
    case commandLine

    /// The variable that holds options and, where none is on the command line, the application.
    package static let variableName = "GATEWAY_CMD_ARGS"

    /// For people who want to know where to change a value.
    package var description: String {
        switch self {
        case .environment(let name): "environment: \(name)"
        case .file(let name, let line): "\(name):\(line)"
        case .variable: Self.variableName
        case .commandLine: "command line"
        }
    }

    /// The setting `name` as a message has to call it, so that it can be found.
    package func mention(_ name: String) -> String {
        switch self {
        case .environment(let variable): variable
        case .file(let file, let line): "\(file):\(line): \(name)"
        case .variable: "\(Self.variableName): --\(name)"
        case .commandLine: "--\(name)"
        }
    }
}
