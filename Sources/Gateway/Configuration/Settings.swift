import HTTP

/// Everything that can be set, with the defaults. A plain value: it is made before the first fork and never changes.
struct Settings: Sendable {
    // MARK: Where and how many

    /// Addresses to listen on.
    var binds: [BindAddress] = [.tcp(host: "127.0.0.1", port: 8000)]
    /// HTTP workers.
    var workers = 1
    /// Application processes of a spawned application; connections to an external one.
    var processes: Int?
    /// Threads of each Python application process; each is a slot.
    var threads = 1
    /// Connections that wait to be accepted.
    var backlog = 2048
    /// Connections of a worker; beyond it, it accepts no more until one closes. Stops a flood of idle connections
    /// from taking all memory and descriptors.
    var workerConnections = 8192

    // MARK: Time, in seconds

    /// Until an application begins to answer, and between two parts of its answer; also how long a worker's loop may
    /// stand still. Stops a hung application from holding a process, and a hung worker from holding its clients.
    var timeout = 30
    /// Until a draining worker or application process is killed.
    var gracefulTimeout = 30
    /// How long a connection may stay without a request. Load balancers keep theirs for 60 s.
    var keepAlive = 75
    /// Until a request head is complete. Stops clients that dribble it (Slowloris).
    var headerTimeout = 15
    /// Between two parts of a request body. Stops clients that announce a body and never send it.
    var bodyTimeout = 30
    /// Between two signs that a client takes its answer. Stops clients that ask for much and read nothing.
    var sendTimeout = 60
    /// How long a request waits for a free application process before it is answered 503.
    var queueTimeout = 30

    // MARK: Size

    /// Requests of a worker that wait for a free application process; beyond it 503 at once. Keeps the wait of those
    /// already in the queue bounded.
    var queueSize = 1024
    /// Limits of a request head.
    var requestLimits = RequestLimits()
    /// Octets of a request body; beyond it 413. Stops clients from filling the disk.
    var bodyLimit: UInt64 = 1 << 30
    /// Octets of a body or of an answer that are kept in memory before a temporary file is used.
    var bufferMemory = 524_288
    /// Octets of an answer that may wait for a slow reader in all; beyond it the application waits.
    var bufferLimit = 1 << 30
    /// Folder of temporary files.
    var temporaryFolder = "/tmp"

    // MARK: Surroundings

    /// The folder of the application.
    var directory: String?
    /// Where the master writes its pid.
    var pidFile: String?
    /// Where requests are logged: a path, `-` for stdout, nothing for not at all.
    var accessLog: String?
    /// Where messages go: a path, `-` for stderr.
    var errorLog = "-"
    /// The least important messages that are written.
    var logLevel = LogLevel.info
    /// The Python interpreter.
    var python: String?
    /// The folder of a PHP site behind an external backend.
    var root: String?

    /// `Server:` of every answer, and `SERVER_SOFTWARE`.
    static let serverName = "gateway"
    /// The version of this program.
    static let version = "0.1.0"
}
