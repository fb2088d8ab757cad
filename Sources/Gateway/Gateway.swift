// The way in, for the `gateway` command and for programs with an application of their own.

@_exported import GatewayInterface

/// The gateway: a pre-fork HTTP server in front of applications in any language.
public enum Gateway {
    /// Runs the `gateway` command and ends the process with its exit code.
    public static func main() -> Never {
        Launch.run(GatewayCommand.self, options: \.options) { command, settings throws(ConfigurationError) in
            let kind = try ApplicationKind(parsing: command.application)
            return .processes(try ApplicationPlan(kind, name: command.application, settings: settings))
        }
    }

    /// Serves a Swift application with the gateway's command line, and ends the process with its exit code.
    ///
    /// Call it from the program's main thread, before any other thread or task exists: workers are forked.
    /// - Parameter application: Called for each request.
    public static func main(_ application: Application) -> Never {
        Launch.run(EmbeddedCommand.self, options: \.options) { _, _ in .inProcess { application } }
    }

    /// Serves a handler that answers at once, on the worker's event loop; see ``Application/inline(_:)``.
    public static func main(_ handler: @escaping @Sendable (Request) throws -> Response) -> Never {
        main(.inline(handler))
    }

    /// Serves a handler that may wait; see ``Application/asynchronous(_:)``.
    public static func main(_ handler: @escaping @Sendable (Request) async throws -> Response) -> Never {
        main(.asynchronous(handler))
    }
}
