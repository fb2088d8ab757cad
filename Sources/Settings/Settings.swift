import HTTP
import Syscalls

/// Everything that can be set, with the defaults. A plain value: it is made before the first fork and never changes.
package struct Settings: Equatable, Sendable {
    // MARK: Where and how many

    /// Addresses to listen on.
    package var binds: [BindAddress] = [.tcp(host: "127.0.0.1", port: 8000)]
    /// Whether somebody asked for these addresses: the default gives way to sockets that the service manager passes.
    package var hasChosenBinds = false
    /// Whether several gateways may listen on one port (SO_REUSEPORT).
    package var reusesPort = false
    /// Permissions of unix listeners; `nil` is what the umask leaves.
    package var socketMode: UInt32?
    /// Who owns unix listeners, `USER`, `USER:GROUP` or `:GROUP`; `nil` is whoever starts the gateway.
    package var socketOwner: String?
    /// HTTP workers.
    package var workers = 1
    /// `sync`, `thread`, `async` or a class that the program registered; `nil` chooses by ``threads``.
    package var workerClass: String?
    /// Requests after which a worker is replaced; 0 is never. Bounds what a leak can cost.
    package var maxRequests = 0
    /// At most so many more, by chance, so that workers do not leave together.
    package var maxRequestsJitter = 0
    /// Octets of resident memory beyond which a worker is replaced; 0 is never.
    package var maxWorkerMemory = 0
    /// Whether an application in the worker is built once, in the master, before the workers are forked.
    package var preloads = false
    /// Application processes of a spawned application; connections to an external one.
    package var processes: Int?
    /// Threads of each Python application process, where each is a slot, or of each worker of the class `thread`.
    package var threads = 1
    /// Threads of a worker for what asynchronous Swift handlers off-load.
    package var offloadThreads = 16
    /// Requests that one process of an `exec:` application serves at once.
    package var concurrency = 1
    /// How many processes of an application run, and how long.
    package var scaling = ScalingSettings()
    /// How servers that are not ours are used.
    package var external = ExternalSettings()
    /// Resource limits of application processes.
    package var resourceLimits: [ResourceLimit] = []
    /// Meta-variables of every request to an application, `NAME=VALUE`.
    package var parameters: [String] = []
    /// Part of an application's definition, and nothing else.
    package var revision: String?
    /// Connections that wait to be accepted.
    package var backlog = 2048
    /// Connections of a worker; beyond it idle ones go, and where none can go new ones get 503. Stops a flood of
    /// connections from taking all memory and descriptors.
    package var workerConnections = 8192

    /// Where relative paths begin, and where what has no folder of its own runs.
    package var folder = WorkFolder(path: "")

    // MARK: Time, in seconds

    /// Until an application begins to answer, and between two parts of its answer; also how long a worker's loop may
    /// stand still. Stops a hung application from holding a process, and a hung worker from holding its clients.
    package var timeout = 30
    /// How long an application may work on after its response is complete; 0 is no limit. Stops a process that hangs then
    /// from being lost.
    package var finishTimeout = 300
    /// Until a draining worker or application process is killed.
    package var gracefulTimeout = 30
    /// How long a connection may stay without a request. Load balancers keep theirs for 60 s.
    package var keepAlive = 75
    /// Until a request head is complete. Stops clients that dribble it (Slowloris).
    package var headerTimeout = 15
    /// Between two parts of a request body. Stops clients that announce a body and never send it.
    package var bodyTimeout = 30
    /// Between two signs that a client takes its answer. Stops clients that ask for much and read nothing.
    package var sendTimeout = 60
    /// How long a request waits for a free application process before it is answered 503.
    package var queueTimeout = 30
    /// Until an application process or a worker must be ready. Stops an application that hangs at its start from
    /// looking like a slow one for ever.
    package var bootTimeout = 60

    // MARK: Size

    /// Requests of a worker that wait for a free application process; beyond it 503 at once. Keeps the wait of those
    /// already in the queue bounded.
    package var queueSize = 1024
    /// Limits of a request head.
    package var requestLimits = RequestLimits()
    /// How strictly requests are read.
    package var requestRules = RequestRules()
    /// Octets of a request body; beyond it 413. Stops clients from filling the disk.
    package var bodyLimit: UInt64 = 1 << 30
    /// The limit of bodies that have none. Far beyond any disk, and far from where lengths overflow.
    package static let noBodyLimit: UInt64 = 1 << 60
    /// Octets of a body or of an answer that are kept in memory before a temporary file is used.
    package var bufferMemory = 524_288
    /// Octets of an answer that may wait for a slow reader in all; beyond it the application waits.
    package var bufferLimit = 1 << 30
    /// Bytes of all temporary files together; 0 is no limit. Stops many clients from filling the disk.
    package var temporaryLimit = 8 << 30
    /// Whether an application gets a request's body as it comes, and not whole.
    package var streamsRequestBody = false
    /// Folders that X-Sendfile may name files in.
    package var sendfileRoots: [String] = []
    /// Folders that X-Accel-Redirect names files in.
    package var accelRoots: [AccelRoot] = []
    /// How files are answered with.
    package var files = FileSettings()
    /// A file with media types beside those that are built in.
    package var mediaTypesFile: String?
    /// What is in it, once it was read.
    package var mediaTypesText: [UInt8] = []
    /// What is compressed, and how.
    package var compression = CompressionSettings()
    /// Pages in the place of the gateway's own; their texts are there once the settings are to be used.
    package var errorPages: [ErrorPage] = []
    /// Whether they stand in for an application's error answers too.
    package var interceptsErrors = false
    /// `Server` of every answer; `off` is none.
    package var serverField = Settings.serverName
    /// Folder of temporary files.
    package var temporaryFolder = "/tmp"

    // MARK: Front door

    /// Octets a second that a request body must arrive at; 0 is no limit. Stops clients that drip a body.
    package var bodyRate = 500
    /// Octets a second that a client must take of what waits for it; 0 is no limit. Stops clients that read in drips.
    package var sendRate = 500
    /// Connections of one client address to all workers; 0 is no limit. Stops one client from taking all of them.
    package var addressConnections = 1024
    /// Requests of one connection that are answered in a row. Stops a pipeline from keeping the others waiting.
    package var pipelineDepth = 32
    /// Octets of all buffers of one worker. Stops many slow clients from taking all memory.
    package var workerBuffers = 256 << 20

    // MARK: Surroundings

    /// The file that the settings come from, absolute.
    package var configurationFile: String?
    /// The folder of the application.
    package var directory: String?
    /// Variables for workers and application processes, `NAME=VALUE`.
    package var environment: [String] = []
    /// What `ps` shows the gateway's processes by.
    package var processName: String?
    /// The user that workers and application processes run as; `nil` is whoever starts the gateway.
    package var user: String?
    /// Their group; `nil` is the user's own.
    package var group: String?
    /// The umask of workers and application processes; `nil` is the inherited one.
    package var umask: UInt32?
    /// Whether the gateway leaves the terminal.
    package var detaches = false
    /// Whether changed files of the application reload it.
    package var reloads = false
    /// Further files that do.
    package var reloadExtraFiles: [String] = []
    /// Peers whose word about other clients is believed: addresses, `unix`, `*` for everybody.
    package var forwardedAllowIPs = ["127.0.0.1", "::1", "unix"]
    /// The fields by which they say it.
    package var forwardedFields: [ForwardedField] = [.node, .scheme]
    /// What applications see of such fields that are not believed.
    package var unbelievedFields = UnbelievedFields.pass
    /// Whether every connection begins with a PROXY header, and of which version.
    package var proxyProtocol = ProxyProtocol.off
    /// Peers that may connect where it does.
    package var proxyAllowIPs = ["127.0.0.1", "::1", "unix"]
    /// Where the master writes its pid.
    package var pidFile: String?
    /// Where requests are logged: a path, `-` for stdout, nothing for not at all.
    package var accessLog: String?
    /// How: `combined`, `common`, `json`, or a text with atoms.
    package var accessLogFormat = "combined"
    /// Whether X-Request-ID of a trusted peer is believed.
    package var trustsRequestIDs = false
    /// Whether answers have X-Request-ID.
    package var returnsRequestIDs = false
    /// What is done about traceparent.
    package var trace = TraceMode.off
    /// Where messages go: a path, `-` for stderr.
    package var errorLog = "-"
    /// The least important messages that are written.
    package var logLevel = LogLevel.info
    /// The Python interpreter.
    package var python: String?
    /// The program that runs PHP scripts as FastCGI; `nil` is php-cgi.
    package var php: String?
    /// Entries of php.ini, `NAME=VALUE`.
    package var phpINI: [String] = []
    /// What an external backend calls ``root``, where that is another one for it.
    package var scriptRoot: String?
    /// The folder of a PHP site behind an external backend.
    package var root: String?

    package init() {}

    /// `SERVER_SOFTWARE`, and `Server:` where no setting says something else.
    package static let serverName = "gateway"
    /// The version of this program.
    package static let version = "0.1.0"
}
