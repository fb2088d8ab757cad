/// How a ``TestClient`` and the server that it stands for behave.
public struct TestOptions: Sendable {
    /// Variables of each request's environ, beside and before those that a request makes, such as `["REMOTE_USER": "ada"]`.
    public var environ: [String: String] = [:]
    /// Whether cookies that are set are sent with the requests after that.
    public var keepsCookies = true
    /// Whether the program is being developed (``GatewayInterface/Environ/showsErrors``).
    public var showsErrors = false
    /// Octets that a request's body may have: past it the client gets 413. The gateway's `--limit-request-body`.
    public var bodyLimit = 1 << 30
    /// How long a handler may take to answer: past it the client gets 504, and the task is cancelled. The gateway's `--timeout`.
    public var timeout = Duration.seconds(30)
    /// Octets of an answer that may wait for the client before whoever writes them does.
    public var buffer = 65_536

    /// What most want.
    public init() {}
}
