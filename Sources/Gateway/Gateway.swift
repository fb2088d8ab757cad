// The way in, for the `gateway` command and for programs with an application of their own.

import Master
import Worker
import OtherServers
@_exported import Plans
import Settings
import SettingsReading
import Syscalls
import CGIResponder
@_exported import GatewayInterface
@_exported import GatewayJSON
@_exported import Middleware

/// The gateway: a pre-fork HTTP server in front of applications in any language.
///
/// A program with an application of its own is a server when it is started plainly. Where its descriptor 0 is a listening
/// socket, as web servers, spawn-fcgi and `gateway exec:…` start programs, it is a FastCGI responder on that socket; of its
/// options `--threads` counts then, and hooks and worker classes have nothing to do. Where GATEWAY_INTERFACE says CGI/1.1, it is a
/// CGI script, which answers the request of its environment and ends.
///
/// Every `main` is called from the program's main thread, before any other thread or task exists: workers are forked. It
/// ends the process with the gateway's exit code.
public enum Gateway {
    /// The words that this program was started with, its name first: also where there is no /proc to read them from.
    package static var arguments: [String] { SystemProcess.arguments }

    /// Runs the `gateway` command.
    public static func main() -> Never {
        Launch.run(services(Extensions()))
    }

    /// Serves an application that each worker builds after its fork, with the gateway's command line; with `--preload`
    /// the master builds it once before it forks.
    ///
    /// - Parameters:
    ///   - build: Makes the application. Where it throws an ``ApplicationNotFound`` the gateway ends with exit code 4,
    ///     for any other error with 3; at a reload the running workers go on instead.
    ///   - hooks: What the program wants done at the turns of the gateway's life.
    ///   - workerClasses: Further choices for `--worker-class`.
    public static func main(
        building build: @escaping @Sendable () throws -> Application, hooks: Hooks = Hooks(),
        workerClasses: [WorkerClass] = []
    ) -> Never {
        run(build, Extensions(hooks: hooks, workerClasses: workerClasses))
    }

    /// Serves a Swift application with the gateway's command line.
    ///
    /// - Parameters:
    ///   - application: Called for each request.
    ///   - hooks: What the program wants done at the turns of the gateway's life.
    ///   - workerClasses: Further choices for `--worker-class`.
    public static func main(
        _ application: Application, hooks: Hooks = Hooks(), workerClasses: [WorkerClass] = []
    ) -> Never {
        run({ application }, Extensions(hooks: hooks, workerClasses: workerClasses))
    }

    /// Serves a handler that answers at once, on the worker's event loop, or on its threads with `--threads`; see
    /// ``Application/inline(_:)``.
    ///
    /// - Parameters:
    ///   - hooks: What the program wants done at the turns of the gateway's life.
    ///   - workerClasses: Further choices for `--worker-class`.
    ///   - handler: Called for each request.
    public static func main(
        hooks: Hooks = Hooks(), workerClasses: [WorkerClass] = [],
        _ handler: @escaping @Sendable (Request) throws -> Response
    ) -> Never {
        main(.inline(handler), hooks: hooks, workerClasses: workerClasses)
    }

    /// Serves a handler that may wait; see ``Application/asynchronous(_:)``.
    ///
    /// - Parameters:
    ///   - hooks: What the program wants done at the turns of the gateway's life.
    ///   - workerClasses: Further choices for `--worker-class`.
    ///   - handler: Called for each request.
    public static func main(
        hooks: Hooks = Hooks(), workerClasses: [WorkerClass] = [],
        _ handler: @escaping @Sendable (Request) async throws -> Response
    ) -> Never {
        main(.asynchronous(handler), hooks: hooks, workerClasses: workerClasses)
    }

    /// Serves with a worker class of the program's own, where `--worker-class` does not ask for another one. The
    /// program has no application besides: the gateway's own classes have nothing to serve then.
    ///
    /// - Parameters:
    ///   - workerClass: The class.
    ///   - hooks: What the program wants done at the turns of the gateway's life.
    public static func main(workerClass: WorkerClass, hooks: Hooks = Hooks()) -> Never {
        let extensions = Extensions(
            hooks: hooks, workerClasses: [workerClass], defaultWorkerClass: workerClass.name)
        run(
            { throw ApplicationNotFound("this program serves with --worker-class \(workerClass.name)") },
            extensions)
    }

    /// Runs `gateway fcgiwrap`: a FastCGI application that runs CGI scripts, on the socket that is descriptor 0 or on one of
    /// its own. It takes the place of fcgiwrap, and is what `cgi:` applications are served by.
    ///
    /// It ends the process: with 0 when it was told to end, 1 when the surroundings are wrong, 2 when the command line is.
    /// - Parameter arguments: The options, without the program's name.
    public static func runCGIResponder(_ arguments: [String]) -> Never { CGIResponder.main(arguments) }

    private static func run(
        _ build: @escaping @Sendable () throws -> Application, _ extensions: Extensions
    ) -> Never {
        if ResponderProcess.isWanted {
            Launch.respond { settings throws(ConfigurationError) in try ResponderProcess.run(build, settings)
            }
        }
        if CGIScript.isWanted { Launch.answerOnce { CGIScript.run(build, $0) } }
        Launch.run(build, extensions, services(extensions))
    }

    /// The processes, for whoever reads the settings. Here alone the master and the worker meet.
    private static func services(_ extensions: Extensions) -> Launch.Services {
        Launch.Services(
            check: { configuration throws(ConfigurationError) in
                try Master.check(configuration, extensions: extensions)
            },
            serve: { configuration, reload throws(ConfigurationError) in
                try Master.run(
                    configuration, extensions: extensions,
                    services: MasterServices(
                        read: reload, keepStartOnly: { $0.keepStartOnly(of: $1) },
                        work: { Worker.run($0, parent: $1) }))
            })
    }
}
