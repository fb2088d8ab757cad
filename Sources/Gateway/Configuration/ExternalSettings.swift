/// How the servers of an application that runs elsewhere are used.
struct ExternalSettings: Sendable, Equatable {
    /// Which of several servers a request goes to.
    enum Balance: Equatable, Sendable {
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
    enum Retry: String, CaseIterable, Sendable {
        case never
        /// Nothing of it was sent: the connection was not made.
        case unsent
        /// Also where its method allows it and it has no body.
        case idempotent
    }

    /// What a server is asked, to know whether it works.
    enum HealthCheck: Equatable, Sendable {
        /// Whether it accepts connections.
        case connect
        /// Whether it answers a path with 200 to 399.
        case path(String)
    }

    var balance = Balance.roundRobin
    /// Connections to one server at once.
    var maxConnections: Int?
    /// Seconds until a connection is made.
    var connectTimeout = 5
    /// Seconds between two signs that the application takes a request.
    var sendTimeout = 30
    /// Failures in a row that take a server out; 0 is never.
    var maxFails = 1
    /// Seconds that a server is left out after failures.
    var failTimeout = 10
    var healthCheck: HealthCheck?
    /// Seconds between two questions.
    var healthInterval = 5
    /// Seconds between two look-ups of a name.
    var resolveInterval = 30
    var retry = Retry.idempotent
}
