/// How the servers of an application that runs elsewhere are used.
package struct ExternalSettings: Sendable, Equatable {
    /// Which of several servers a request goes to.
    package enum Balance: Equatable, Sendable {
        /// In turn, by their weights.
        case roundRobin
        /// The one with the fewest connections for its weight.
        case leastConnections
        /// By the client's address.
        case hashOfClient
        /// By the path.
        case hashOfPath
        /// By a meta-variable.
        case hashOf(String)
    }

    /// When a request is sent a second time.
    package enum Retry: String, CaseIterable, Sendable {
        case never
        /// Nothing of it was sent: the connection was not made.
        case unsent
        /// Also where its method allows it and it has no body.
        case idempotent
    }

    /// What a server is asked, to know whether it works.
    package enum HealthCheck: Equatable, Sendable {
        /// Whether it accepts connections.
        case connect
        /// Whether it answers a path with 200 to 399.
        case path(String)
    }

    package var balance = Balance.roundRobin
    /// Connections to one server at once.
    package var maxConnections: Int?
    /// Seconds until a connection is made.
    package var connectTimeout = 5
    /// Seconds between two signs that the application takes a request.
    package var sendTimeout = 30
    /// Failures in a row that take a server out; 0 is never.
    package var maxFails = 1
    /// Seconds that a server is left out after failures.
    package var failTimeout = 10
    package var healthCheck: HealthCheck?
    /// Seconds between two questions.
    package var healthInterval = 5
    /// Seconds between two look-ups of a name.
    package var resolveInterval = 30
    package var retry = Retry.idempotent
}
