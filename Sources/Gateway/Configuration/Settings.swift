import HTTP
import Syscalls

/// Everything that can be set, with the defaults. A plain value: it is made before the first fork and never changes.
struct Settings: Sendable {
    // MARK: Where and how many

    /// Addresses to listen on.
    var binds: [BindAddress] = [.tcp(host: "127.0.0.1", port: 8000)]
    /// Whether somebody asked for these addresses: the default gives way to sockets that the service manager passes.
    var hasChosenBinds = false
    /// Whether several gateways may listen on one port (SO_REUSEPORT).
    var reusesPort = false
    /// Permissions of unix listeners; `nil` is what the umask leaves.
    var socketMode: UInt32?
    /// Who owns unix listeners, `USER`, `USER:GROUP` or `:GROUP`; `nil` is whoever starts the gateway.
    var socketOwner: String?
    /// HTTP workers.
    var workers = 1
    /// `sync`, `thread`, `async` or a class that the program registered; `nil` chooses by ``threads``.
    var workerClass: String?
    /// Requests after which a worker is replaced; 0 is never. Bounds what a leak can cost.
    var maxRequests = 0
    /// At most so many more, by chance, so that workers do not leave together.
    var maxRequestsJitter = 0
    /// Octets of resident memory beyond which a worker is replaced; 0 is never.
    var maxWorkerMemory = 0
    /// Whether an application in the worker is built once, in the master, before the workers are forked.
    var preloads = false
    /// Application processes of a spawned application; connections to an external one.
    var processes: Int?
    /// Threads of each Python application process, where each is a slot, or of each worker of the class `thread`.
    var threads = 1
    /// Threads of a worker for what asynchronous Swift handlers off-load.
    var offloadThreads = 16
    /// Requests that one process of an `exec:` application serves at once.
    var concurrency = 1
    /// How many processes of an application run, and how long.
    var scaling = ScalingSettings()
    /// How servers that are not ours are used.
    var external = ExternalSettings()
    /// Resource limits of application processes.
    var resourceLimits: [ResourceLimit] = []
    /// Meta-variables of every request to an application, `NAME=VALUE`.
    var parameters: [String] = []
    /// Part of an application's definition, and nothing else.
    var revision: String?
    /// Connections that wait to be accepted.
    var backlog = 2048
    /// Connections of a worker; beyond it idle ones go, and where none can go new ones get 503. Stops a flood of
    /// connections from taking all memory and descriptors.
    var workerConnections = 8192

    /// Where relative paths begin, and where what has no folder of its own runs.
    var folder = WorkFolder(path: "")

    // MARK: Time, in seconds

    /// Until an application begins to answer, and between two parts of its answer; also how long a worker's loop may
    /// stand still. Stops a hung application from holding a process, and a hung worker from holding its clients.
    var timeout = 30
    /// How long an application may work on after its response is complete; 0 is no limit. Stops a process that hangs then
    /// from being lost.
    var finishTimeout = 300
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
    /// Until an application process or a worker must be ready. Stops an application that hangs at its start from
    /// looking like a slow one for ever.
    var bootTimeout = 60

    // MARK: Size

    /// Requests of a worker that wait for a free application process; beyond it 503 at once. Keeps the wait of those
    /// already in the queue bounded.
    var queueSize = 1024
    /// Limits of a request head.
    var requestLimits = RequestLimits()
    /// How strictly requests are read.
    var requestRules = RequestRules()
    /// Octets of a request body; beyond it 413. Stops clients from filling the disk.
    var bodyLimit: UInt64 = 1 << 30
    /// The limit of bodies that have none. Far beyond any disk, and far from where lengths overflow.
    static let noBodyLimit: UInt64 = 1 << 60
    /// Octets of a body or of an answer that are kept in memory before a temporary file is used.
    var bufferMemory = 524_288
    /// Octets of an answer that may wait for a slow reader in all; beyond it the application waits.
    var bufferLimit = 1 << 30
    /// Bytes of all temporary files together; 0 is no limit. Stops many clients from filling the disk.
    var temporaryLimit = 8 << 30
    /// Whether an application gets a request's body as it comes, and not whole.
    var streamsRequestBody = false
    /// Folders that X-Sendfile may name files in.
    var sendfileRoots: [String] = []
    /// Folders that X-Accel-Redirect names files in.
    var accelRoots: [AccelRoot] = []
    /// How files are answered with.
    var files = FileSettings()
    /// A file with media types beside those that are built in.
    var mediaTypesFile: String?
    /// What is in it, once it was read.
    var mediaTypesText: [UInt8] = []
    /// What is compressed, and how.
    var compression = CompressionSettings()
    /// Pages in the place of the gateway's own; their texts are there once the settings are to be used.
    var errorPages: [ErrorPage] = []
    /// Whether they stand in for an application's error answers too.
    var interceptsErrors = false
    /// `Server` of every answer; `off` is none.
    var serverField = Settings.serverName
    /// Folder of temporary files.
    var temporaryFolder = "/tmp"

    // MARK: Front door

    /// Octets a second that a request body must arrive at; 0 is no limit. Stops clients that drip a body.
    var bodyRate = 500
    /// Octets a second that a client must take of what waits for it; 0 is no limit. Stops clients that read in drips.
    var sendRate = 500
    /// Connections of one client address to all workers; 0 is no limit. Stops one client from taking all of them.
    var addressConnections = 1024
    /// Requests of one connection that are answered in a row. Stops a pipeline from keeping the others waiting.
    var pipelineDepth = 32
    /// Octets of all buffers of one worker. Stops many slow clients from taking all memory.
    var workerBuffers = 256 << 20

    // MARK: Surroundings

    /// The file that the settings come from, absolute.
    var configurationFile: String?
    /// The folder of the application.
    var directory: String?
    /// Variables for workers and application processes, `NAME=VALUE`.
    var environment: [String] = []
    /// What `ps` shows the gateway's processes by.
    var processName: String?
    /// The user that workers and application processes run as; `nil` is whoever starts the gateway.
    var user: String?
    /// Their group; `nil` is the user's own.
    var group: String?
    /// The umask of workers and application processes; `nil` is the inherited one.
    var umask: UInt32?
    /// Whether the gateway leaves the terminal.
    var detaches = false
    /// Whether changed files of the application reload it.
    var reloads = false
    /// Further files that do.
    var reloadExtraFiles: [String] = []
    /// Peers whose word about other clients is believed: addresses, `unix`, `*` for everybody.
    var forwardedAllowIPs = ["127.0.0.1", "::1", "unix"]
    /// The fields by which they say it.
    var forwardedFields: [ForwardedField] = [.node, .scheme]
    /// What applications see of such fields that are not believed.
    var unbelievedFields = UnbelievedFields.pass
    /// Whether every connection begins with a PROXY header, and of which version.
    var proxyProtocol = ProxyProtocol.off
    /// Peers that may connect where it does.
    var proxyAllowIPs = ["127.0.0.1", "::1", "unix"]
    /// Where the master writes its pid.
    var pidFile: String?
    /// Where requests are logged: a path, `-` for stdout, nothing for not at all.
    var accessLog: String?
    /// How: `combined`, `common`, `json`, or a text with atoms.
    var accessLogFormat = "combined"
    /// Whether X-Request-ID of a trusted peer is believed.
    var trustsRequestIDs = false
    /// Whether answers have X-Request-ID.
    var returnsRequestIDs = false
    /// What is done about traceparent.
    var trace = TraceMode.off
    /// Where messages go: a path, `-` for stderr.
    var errorLog = "-"
    /// The least important messages that are written.
    var logLevel = LogLevel.info
    /// The Python interpreter.
    var python: String?
    /// The program that runs PHP scripts as FastCGI; `nil` is php-cgi.
    var php: String?
    /// Entries of php.ini, `NAME=VALUE`.
    var phpINI: [String] = []
    /// What an external backend calls ``root``, where that is another one for it.
    var scriptRoot: String?
    /// The folder of a PHP site behind an external backend.
    var root: String?

    /// `SERVER_SOFTWARE`, and `Server:` where no setting says something else.
    static let serverName = "gateway"
    /// The version of this program.
    static let version = "0.1.0"
}
