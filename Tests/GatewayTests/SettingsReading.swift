import Synchronization
@testable import Settings
@testable import SettingsReading

/// What command lines say that were read before. The argument parser takes a tenth of a second for one in a debug build, and
/// most tests have the same few.
private let given = Mutex<[[String]: [String: Given]]>([:])

/// Reads a command line, whose words are the only thing that its meaning depends on.
private func commandLine(_ words: [String]) throws -> [String: Given] {
    if let known = given.withLock({ $0[words] }) { return known }
    let read = try GatewayCommand.parse(words: words).given(.commandLine)
    given.withLock { $0[words] = read }
    return read
}

/// Reads settings as a start would.
///
/// - Parameters:
///   - file: The text of a configuration file, which is then called `shop.yaml`.
///   - variable: `GATEWAY_CMD_ARGS`.
func readSettings(
    _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil,
    variable: String? = nil, workerClasses: [String] = []
) throws -> SettingsLoader.Reading {
    func read(_ arguments: [String], in folder: String) throws -> SettingsLoader.Reading {
        try SettingsLoader(
            environment: { environment[$0] }, variable: try GatewayCommand.givenInVariable(variable),
            commandLine: try commandLine(arguments), folder: { WorkFolder(path: folder) },
            workerClasses: workerClasses
        ).load()
    }
    guard let file else { return try read(arguments, in: "/start") }
    return try withTemporaryFolder { folder in
        try file.write(toFile: folder + "/shop.yaml")
        return try read(["--config", "shop.yaml"] + arguments, in: folder)
    }
}

/// The message of the one line that reading ends with; `nil` where the settings are good.
func mistake(
    _ arguments: [String] = [], environment: [String: String] = [:], file: String? = nil,
    variable: String? = nil
) throws -> String? {
    do {
        _ = try readSettings(arguments, environment: environment, file: file, variable: variable)
        return nil
    } catch let error as ConfigurationError where error.exitCode == 2 {
        return error.message
    }
}
