import GatewayInterface
import Settings

/// There is nothing that could be built: a program throws it from the closure that makes its application. The gateway
/// then ends with exit code 4, as for an application argument that names nothing; any other error is exit code 3.
public struct ApplicationNotFound: Error, Sendable, CustomStringConvertible {
    /// What is missing, where, and what to do about it.
    public let message: String

    /// - Parameter message: What is missing, where, and what to do about it.
    public init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}

/// Makes the application of a program, in a worker or, with `--preload`, once in the master.
package enum ApplicationBuilder {
    /// In the master: with the variables of `settings` for the time that it takes.
    package static func build(
        _ make: () throws -> Application, with settings: Settings
    ) throws(ConfigurationError) -> Application {
        try settings.withVariables { () throws(ConfigurationError) in try build(make) }
    }

    package static func build(_ make: () throws -> Application) throws(ConfigurationError) -> Application {
        do {
            return try make()
        } catch let error as ConfigurationError {
            throw error
        } catch let error as ApplicationNotFound {
            throw .applicationNotFound("there is no application: \(error.message)")
        } catch {
            throw .applicationFailed("the application could not be built: \(error)")
        }
    }
}
