// The way in, for the `gateway` command and for programs with an application of their own.

import ArgumentParser
@_exported import GatewayInterface
import Syscalls

/// The gateway: a pre-fork HTTP server in front of applications in any language.
public enum Gateway {
    /// Runs the `gateway` command and ends the process with its exit code.
    public static func main() -> Never {
        run(GatewayCommand.self, options: \.options) { command, settings throws(ConfigurationError) in
            let kind = try ApplicationKind(parsing: command.application)
            return .processes(try ApplicationPlan(kind, name: command.application, settings: settings))
        }
    }

    /// Serves a Swift application with the gateway's command line, and ends the process with its exit code.
    ///
    /// Call it from the program's main thread, before any other thread or task exists: workers are forked.
    /// - Parameter application: Called for each request.
    public static func main(_ application: Application) -> Never {
        run(EmbeddedCommand.self, options: \.options) { _, _ in .inProcess(application) }
    }

    /// Serves a handler that answers at once, on the worker's event loop; see ``Application/inline(_:)``.
    public static func main(_ handler: @escaping @Sendable (Request) throws -> Response) -> Never {
        main(.inline(handler))
    }

    /// Serves a handler that may wait; see ``Application/asynchronous(_:)``.
    public static func main(_ handler: @escaping @Sendable (Request) async throws -> Response) -> Never {
        main(.asynchronous(handler))
    }

    private static func run<Command: ParsableCommand>(
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
