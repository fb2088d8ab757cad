// From the command line to a running master, and the one place where an error becomes a line for a person and an exit
// code.

import ArgumentParser
import Syscalls

/// Starts what the command line asks for.
enum Launch {
    /// Parses the command line, does what it says and ends the process.
    static func run<Command: ParsableCommand>(
        _ type: Command.Type, options: KeyPath<Command, ServerOptions>,
        _ makeSource: (Command, Settings) throws(ConfigurationError) -> ApplicationSource
    ) -> Never {
        let command: Command
        do {
            command = try type.parse()
        } catch {
            // Help and the version are no errors; everything else is a mistake on the command line.
            let isRequested = type.exitCode(for: error).isSuccess
            print(type.fullMessage(for: error), toStandardError: !isRequested)
            SystemProcess.exitImmediately(isRequested ? 0 : 2)
        }
        do {
            let options = command[keyPath: options]
            let settings = try options.settings()
            if options.printConfig {
                print(settings.lines.joined(separator: "\n"), toStandardError: false)
                SystemProcess.exitImmediately(0)
            }
            try Surroundings.check(settings)
            let source = try makeSource(command, settings)
            if options.checkConfig {
                print("the configuration is valid", toStandardError: false)
                SystemProcess.exitImmediately(0)
            }
            SystemProcess.exitImmediately(try Master.run(source, settings: settings))
        } catch {
            print("gateway: \(error.message)", toStandardError: true)
            SystemProcess.exitImmediately(error.exitCode)
        }
    }

    private static func print(_ text: String, toStandardError isError: Bool) {
        var line = text + "\n"
        line.withUTF8 { bytes in _ = Descriptor.writeAll(isError ? 2 : 1, bytes) }
    }
}
