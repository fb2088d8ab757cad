// From the command line to a running master, and the one place where an error becomes a line for a person and an exit
// code.

import ArgumentParser
import GatewayInterface
import Logs
import Plans
import Settings
import Syscalls

/// Starts what the command line asks for.
package enum Launch {
    /// What is done with settings once they are read, by those who do it.
    package struct Services {
        /// Looks whether the gateway could serve by them, and returns the exit code.
        let check: (Configuration) throws(ConfigurationError) -> Int32
        /// Serves by them until it is stopped, and returns the exit code. It reads anew with the second parameter, at each
        /// reload.
        let serve:
            (Configuration, @escaping () throws(ConfigurationError) -> Configuration)
                throws(ConfigurationError) ->
                Int32

        package init(
            check: @escaping (Configuration) throws(ConfigurationError) -> Int32,
            serve:
                @escaping (Configuration, @escaping () throws(ConfigurationError) -> Configuration)
                throws(ConfigurationError) -> Int32
        ) {
            self.check = check
            self.serve = serve
        }
    }

    /// Reads the settings of the `gateway` command, does what they say and ends the process.
    package static func run(_ services: Services) -> Never {
        run(GatewayCommand.self, workerClasses: [], services) { reading throws(ConfigurationError) in
            try ApplicationSet(serving: reading)
        }
    }

    /// The same for a program with an application of its own.
    ///
    /// - Parameter build: Makes the application.
    package static func run(
        _ build: @escaping @Sendable () throws -> Application, _ extensions: Extensions, _ services: Services
    ) -> Never {
        run(EmbeddedCommand.self, workerClasses: extensions.workerClasses.map(\.name), services) {
            reading throws(ConfigurationError) in
            try ApplicationSet(
                serving: reading, beside: build,
                workerClass: extensions.workerClass(for: reading.settings)?.name)
        }
    }

    /// Reads the settings of a program that serves as a FastCGI responder on descriptor 0, and ends the process with what
    /// `serve` returns. What the environment and a file say is meant for servers, and perhaps for the gateway that has started
    /// this program.
    package static func respond(_ serve: (Settings) throws(ConfigurationError) -> Int32) -> Never {
        let command = parse(EmbeddedCommand.self)
        exit { () throws(ConfigurationError) in
            var given = command.given(.commandLine)
            given["config"] = nil
            let loader = try SettingsLoader(environment: { _ in nil }, variable: [:], commandLine: given)
            return try serve(try loader.load().settings)
        }
    }

    /// Ends the process with what `answer` returns for the one request that this program was started for. Whoever asks chooses the
    /// words of the command line (RFC 3875, §4.4): none of them is an option.
    package static func answerOnce(_ answer: (Settings) -> Int32) -> Never {
        exit { () throws(ConfigurationError) in
            let loader = try SettingsLoader(environment: { _ in nil }, variable: [:], commandLine: [:])
            return answer(try loader.load().settings)
        }
    }

    /// - Parameter applications: What is to be served, from one reading of the sources. It is asked again at each reload.
    private static func run<Command: ServingCommand>(
        _ type: Command.Type, workerClasses: [String], _ services: Services,
        applications: @escaping (SettingsLoader.Reading) throws(ConfigurationError) -> ApplicationSet
    ) -> Never {
        let command = parse(type)
        exit { () throws(ConfigurationError) in
            try serve(command, workerClasses: workerClasses, services, applications: applications)
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
        _ command: Command, workerClasses: [String], _ services: Services,
        applications: @escaping (SettingsLoader.Reading) throws(ConfigurationError) -> ApplicationSet
    ) throws(ConfigurationError) -> Int32 {
        if command.questions.printSettingsDocumentation {
            print(SettingsDocumentation.text, toStandardError: false)
            return 0
        }
        let loader = try SettingsLoader(
            environment: SystemProcess.environmentValue,
            variable: try Command.givenInVariable(SystemProcess.environmentValue(Origin.variableName)),
            commandLine: command.given(.commandLine), workerClasses: workerClasses)
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
            let code = try services.check(first)
            if code == 0 { print("the configuration is valid", toStandardError: false) }
            return code
        }
        return try services.serve(first) { () throws(ConfigurationError) in
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
