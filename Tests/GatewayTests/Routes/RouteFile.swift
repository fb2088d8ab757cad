import Syscalls
import Testing
@testable import Plans
@testable import Routing
@testable import Settings
@testable import SettingsReading

/// Parsed once: it takes longer than to read a file.
private let commandLine = Result { try GatewayCommand.parse(["--config", "shop.yaml"]).given(.commandLine) }

/// Reads a configuration file to the applications and routes that it says.
func readSet(_ file: String, in folder: String) throws -> ApplicationSet {
    try file.write(toFile: folder + "/shop.yaml")
    let loader = try SettingsLoader(
        environment: { _ in nil }, variable: [:],
        commandLine: commandLine.get(), folder: { WorkFolder(path: folder) })
    return try ApplicationSet(serving: loader.load())
}

func readSet(_ file: String) throws -> ApplicationSet {
    try withTemporaryFolder { try readSet(file, in: $0) }
}
