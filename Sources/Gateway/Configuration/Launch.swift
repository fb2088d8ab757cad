// From the command line to a running master, and the one place where an error becomes a line for a person and an exit
// code.

import ArgumentParser
import GatewayInterface
import Syscalls

/// Starts what the command line asks for.
enum Launch {
    /// Reads the settings, does what they say and ends the process.
    ///
    /// - Parameter applications: What is to be served, from one reading of the sources. It is asked again at each reload.
    static func run<Command: ServingCommand>(
        _ type: Command.Type, extensions: Extensions,
        applications: @escaping (SettingsLoader.Reading) throws(ConfigurationError) -> ApplicationSet
    ) -> Never {
        let command = parse(type)
        exit { () throws(ConfigurationError) in
            try serve(command, extensions: extensions, applications: applications)
        }
    }

    /// Serves a program's application as a FastCGI responder on descriptor 0 and ends the process. What the environment and
    /// a file say is meant for servers, and perhaps for the gateway that has started this program.
    static func respond(_ build: () throws -> Application) -> Never {
        let command = parse(EmbeddedCommand.self)
        exit { () throws(ConfigurationError) in
            var given = command.given(.commandLine)
            given["config"] = nil
            let loader = try SettingsLoader(environment: { _ in nil }, variable: [:], commandLine: given)
            return try ResponderProcess.run(build, try loader.load().settings)
        }
    }

    /// Answers the one request that this program was started for, and ends the process. Whoever asks chooses the words of the
    /// command line (RFC 3875, §4.4): none of them is an option.
    static func answerOnce(_ build: () throws -> Application) -> Never {
        exit { () throws(ConfigurationError) in
            let loader = try SettingsLoader(environment: { _ in nil }, variable: [:], commandLine: [:])
            return CGIScript.run(build, try loader.load().settings)
        }
    }

    private static func parse<Command: ServingCommand>(_ type: Command.Type) -> Command {
        // The standard library reads its own from /proc, which may not be there: then that has to be said.
        var words = Array(SystemProcess.arguments.dropFirst())
        // As other programs have it. No application is called so: each has a colon in it.
        if ["help", "version"].contains(words.first) { words = ["--\(words[0])"] }
        // Scripts ask for it often, and it needs none of the options.
        if words == ["--version"] {
            print(type.configuration.version, toStandardError: false)
            SystemProcess.exitImmediately(0)
        }
        do {
            return try type.parse(words: words)
        } catch let error as ForeignOption {
            print("gateway: \(error)", toStandardError: true)
            SystemProcess.exitImmediately(2)
        } catch {
            // Help and the version are no errors; everything else is a mistake on the command line.
            let isRequested = type.exitCode(for: error).isSuccess
            print(type.fullMessage(for: error), toStandardError: !isRequested)
            SystemProcess.exitImmediately(isRequested ? 0 : 2)
        }
    }

    private static func exit(_ body: () throws(ConfigurationError) -> Int32) -> Never {
        do {
            SystemProcess.exitImmediately(try body())
        } catch {
            var line = "gateway: \(error.message)\n"
            line.withUTF8 { StandardError.write($0) }
            StandardError.finish()
            SystemProcess.exitImmediately(error.exitCode)
        }
    }

    private static func serve<Command: ServingCommand>(
        _ command: Command, extensions: Extensions,
        applications: @escaping (SettingsLoader.Reading) throws(ConfigurationError) -> ApplicationSet
    ) throws(ConfigurationError) -> Int32 {
        if command.questions.printSettingsDocumentation {
            print(SettingsDocumentation.text, toStandardError: false)
            return 0
        }
        let loader = try SettingsLoader(
            environment: SystemProcess.environmentValue,
            variable: try Command.givenInVariable(SystemProcess.environmentValue(Origin.variableName)),
            commandLine: command.given(.commandLine), workerClasses: extensions.workerClasses.map(\.name))
        func configuration(
            _ reading: SettingsLoader.Reading, for occasion: SettingsLoader.Occasion
        ) throws(ConfigurationError) -> Configuration {
            var reading = reading
            reading.occasion = occasion
            reading.hasOwnApplication = Command.servesItself
            try Surroundings.check(reading.settings, reading.places)
            try reading.loadFiles()
            for application in reading.applications {
                try Surroundings.checkFolders(application.settings, reading.places(of: application))
            }
            return Configuration(
                settings: reading.settings, applications: try applications(reading),
                warnings: reading.warnings, places: reading.places)
        }
        let reading = try loader.load()
        if command.questions.printConfig {
            print(reading.lines.joined(separator: "\n"), toStandardError: false)
            return 0
        }
        let first = try configuration(reading, for: command.questions.checkConfig ? .check : .start)
        if command.questions.checkConfig {
            // Before the application boots, and perhaps does not.
            for warning in first.warnings { print("gateway: warning: \(warning)", toStandardError: true) }
            let code = try Master.check(first, extensions: extensions)
            if code == 0 { print("the configuration is valid", toStandardError: false) }
            return code
        }
        return try Master.run(first, extensions: extensions) { () throws(ConfigurationError) in
            try configuration(try loader.load(), for: .reload)
        }
    }

    private static func print(_ text: String, toStandardError isError: Bool) {
        var line = text + "\n"
        line.withUTF8 { bytes in _ = Descriptor.writeAll(isError ? 2 : 1, bytes) }
    }
}

extension ServingCommand {
    /// What the variable with options says, by the rules of the command line.
    static func givenInVariable(_ text: String?) throws(ConfigurationError) -> [String: Given] {
        guard let text else { return [:] }
        guard let words = CommandWords.split(text) else {
            throw .usage("\(Origin.variableName): a quote is not closed")
        }
        let command: Self
        do {
            command = try parse(words: words)
        } catch {
            let reason =
                exitCode(for: error).isSuccess || ["help", "version"].contains(words.first)
                ? "help and version are for the command line" : message(for: error)
            throw .usage("\(Origin.variableName): \(reason)")
        }
        guard !command.questions.isAny
        else { throw .usage("\(Origin.variableName): questions are for the command line") }
        return command.given(.variable)
    }
}
