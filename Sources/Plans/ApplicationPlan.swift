// What the master has to know to run an application: which program, in which folder, with which environment, how many of
// them, or which servers run already, or what the workers make themselves. Everything that can be known to be wrong before a process runs is found here.

import GatewayInterface
import Routing
import Scoreboard
import Settings
import Syscalls

/// How an application is run.
package struct ApplicationPlan: Sendable {
    /// For messages: its name in the configuration file, or the argument as it was given.
    package let name: String
    /// The settings of the gateway, with its own over them.
    package private(set) var settings: Settings
    /// What a worker makes, for an application in the workers.
    package var swift: SwiftPlan?
    /// The program of its processes; `nil` for one that runs already, and for one in the workers.
    package private(set) var program: Program?
    /// The text of a script that the program reads from descriptor 3.
    package private(set) var script: [UInt8]?
    /// The servers of an application that runs already.
    package private(set) var servers: [Server] = []
    /// Processes at the most; for an external application, connections to a server at once.
    package private(set) var processes = 1
    /// Requests that one process serves at once.
    package private(set) var slotsPerProcess = 1
    package private(set) var keepsConnections = true
    package private(set) var drainsBody = false
    /// Whether an exchange is ended by closing its connection: then a process with others in it is never killed for one.
    package private(set) var endsByClosing = false
    /// The folder of scripts or files, where the application has one.
    package private(set) var site: SitePlan?
    /// What php-fpm is told with each request; other applications are told before they start, or nothing.
    private var entriesOfPHPINI: [String] = []
    /// Encoded pairs that every request to the application carries. What `param` says itself comes last, and counts.
    package var parameters: [UInt8] {
        guard !entriesOfPHPINI.isEmpty else { return settings.encodedParameters }
        var settings = settings
        settings.parameters.insert("PHP_VALUE=" + entriesOfPHPINI.joined(separator: "\n"), at: 0)
        return settings.encodedParameters
    }
    /// What is to be watched for changes with `--reload`. PHP reads its scripts at each request.
    package private(set) var files = ApplicationFiles()

    /// A server of an external application.
    package struct Server: Equatable, Sendable {
        package let bind: BindAddress
        /// Where it was found at the start; `nil` for a name that is looked up later.
        package let address: SocketAddress?
        package let weight: Int
        /// Whether it is used only when all others are out.
        package let isBackup: Bool

        package init(bind: BindAddress, address: SocketAddress?, weight: Int, isBackup: Bool) {
            self.bind = bind
            self.address = address
            self.weight = weight
            self.isBackup = isBackup
        }

        /// Whether its address comes from a name.
        package var isNamed: Bool { bind.isNamed }

        package static func == (one: Server, other: Server) -> Bool {
            one.bind == other.bind && one.weight == other.weight && one.isBackup == other.isBackup
        }
    }

    /// Where its settings stand.
    private let places: SettingPlaces
    /// What is said while its processes boot.
    package private(set) var boot: BootReport
    /// Whether its processes are of no use where the folder of the start has been removed.
    package private(set) var needsStartFolder = false
    /// The folder that its processes run in, links followed: another one is another release.
    private let release: FileIdentity?

    /// - Parameters:
    ///   - own: Makes the application of the program itself, where it has one.
    ///   - resolvesNames: Whether the names of servers are looked up here and now, which may take long.
    ///   - places: Where its settings stand, for messages.
    package init(
        _ kind: ApplicationKind, name: String, settings: Settings,
        own: (@Sendable () throws -> Application)? = nil, resolvesNames: Bool = true,
        places: SettingPlaces = SettingPlaces()
    ) throws(ConfigurationError) {
        self.name = name
        self.settings = settings
        self.places = places
        let folder = settings.base.flatMap { Files.absolutePath($0) } ?? settings.base ?? "."
        let user = settings.user ?? String(SystemProcess.effectiveUser)
        boot = BootReport(kind, place: "user \(user) in '\(folder)'")
        release = settings.directory.map(Files.target) ?? settings.folder.reference?.identity
        processes = settings.processes ?? DefaultCounts.current.processes
        switch kind {
        case .wsgi(let target): try planWSGI(target)
        case .php(let path): try planPHP(path)
        case .exec(let words): try planExec(words)
        case .cgi(let path): try planCGI(path)
        case .fcgi(let entries):
            try planServers(entries, resolvesNames: resolvesNames)
            site = try root().map { .php($0, told: settings.scriptRoot) }
            entriesOfPHPINI = settings.linesOfPHPINI
        case .swift(let path):
            // None of the rules for processes is for it.
            try planSwift(path, own)
            return
        case .files(let path):
            throw .usage("'static:\(path)' is a folder of files: it runs nothing")
        }
        try check()
    }

    private func check() throws(ConfigurationError) {
        let slots = slotCount
        guard slots <= Scoreboard.slotCapacity / 4 else {
            let advice =
                program == nil ? "lower --max-connections" : "lower --processes, --threads or --concurrency"
            throw .usage(
                "\(slots) slots are too many: at most \(Scoreboard.slotCapacity / 4) for one application, \(advice)"
            )
        }
        // The rest is about processes. What has none passes over what others are to have.
        guard program != nil else { return }
        let scaling = settings.scaling
        guard scaling.way != .ondemand || settings.queueSize > 0 else {
            throw .usage(
                "\(places.mention("scaling")) ondemand starts processes for requests that wait, and --queue-size 0 lets none wait: allow some"
            )
        }
        // There is one CGI responder. And a default counts as far as it can.
        guard
            scaling.way != .dynamic || scaling.minProcesses <= processes || endsByClosing
                || places.isInherited("min-processes") && !places.isInherited("processes")
        else {
            throw .usage(
                "\(places.mention("min-processes")) is \(scaling.minProcesses), and --processes \(processes): make the first one smaller"
            )
        }
    }

    /// Places for processes: more than run in general, where a process is replaced only when its successor is ready.
    package var seats: Int {
        guard program != nil else { return 0 }
        return processes + (settings.scaling.recycles ? max(1, processes / 4) : 0)
    }

    /// Slots in the scoreboard.
    package var slotCount: Int { program == nil ? servers.count * processes : seats * slotsPerProcess }

    /// The same with one process, which starts at once.
    package var forCheckup: ApplicationPlan {
        var plan = self
        plan.processes = 1
        plan.settings.scaling = ScalingSettings()
        return plan
    }

    // MARK: Kinds

    private func makeProgram(_ path: String, _ arguments: [String]) throws(ConfigurationError) -> Program {
        try Self.requireProc(isThere: Files.status("/proc/self/fd") != nil)
        let identity = try RunAs.resolve(user: settings.user, group: settings.group, places)
        var program = Program(
            path: path, arguments: arguments,
            environment: settings.processEnvironment(of: identity?.login),
            // Without links: a release that is switched is gone over to by a reload, not by the next process.
            directory: settings.directory.map { Files.absolutePath($0) ?? $0 }, identity: identity,
            umask: settings.umask)
        program.limits = settings.resourceLimits
        return program
    }

    /// Sockets of processes are reached through /proc, and so are the script of Python's responder and the CGI responder.
    static func requireProc(isThere: Bool) throws(ConfigurationError) {
        guard !isThere else { return }
        throw .environment(
            "there is no /proc here, and processes of applications need it: mount it (mount -t proc proc /proc), in a container or a chroot too"
        )
    }

    private mutating func planWSGI(_ target: String) throws(ConfigurationError) {
        needsStartFolder = settings.directory == nil
        if needsStartFolder, settings.folder.isGone { throw .environment(settings.folder.goneMessage) }
        let python = try Executables.python(settings, places)
        var arguments = [python, "/proc/self/fd/3", target, "--threads", "\(settings.threads)"]
        // While somebody develops, the client is that somebody.
        if settings.reloads { arguments.append("--show-errors") }
        program = try makeProgram(python, arguments)
        files.folders = [settings.base ?? SystemProcess.currentDirectory]
        files.suffixes = [".py"]
        script = PackageResources.wsgi_responder_py
        (slotsPerProcess, drainsBody) = (settings.threads, true)
    }

    private mutating func planPHP(_ path: String) throws(ConfigurationError) {
        let root = try Self.directory(path, in: settings.base, option: "php:")
        site = .php(root, told: nil)
        let php = try Executables.php(settings, places)
        var program = try makeProgram(php, [php] + settings.linesOfPHPINI.flatMap { ["-d", $0] })
        program.directory = root
        // Children of php-cgi would be slots that nobody counts; its limit of 500 requests would be a restart
        // every few seconds.
        var variables = (program.environment ?? []).filter { !$0.hasPrefix("PHP_FCGI_CHILDREN=") }
        if !variables.contains(where: { $0.hasPrefix("PHP_FCGI_MAX_REQUESTS=") }) {
            variables.append("PHP_FCGI_MAX_REQUESTS=10000")
        }
        program.environment = variables
        self.program = program
        drainsBody = true
    }

    private mutating func planExec(_ words: [String]) throws(ConfigurationError) {
        guard let path = Executables.find(words[0], in: settings.base, path: settings.searchPath)
        else {
            throw .applicationNotFound("cannot run '\(words[0])' (exec:): is it there, and executable?")
        }
        files.files = [path]
        program = try makeProgram(path, words)
        slotsPerProcess = settings.concurrency
    }

    private mutating func planCGI(_ path: String) throws(ConfigurationError) {
        // A folder of scripts has no use for it.
        let root = CGIPlan.isScript(path, in: settings.base) ? try root() : nil
        let plan = try CGIPlan(path, scripts: processes, root: root, settings: settings)
        program = try makeProgram(plan.program, plan.arguments)
        site = plan.site
        (processes, slotsPerProcess, drainsBody, endsByClosing) = (1, processes, true, true)
    }

    private mutating func planServers(
        _ entries: [ServerEntry], resolvesNames: Bool
    ) throws(ConfigurationError) {
        guard entries.count <= 64 else { throw .usage("there are \(entries.count) servers: name at most 64") }
        for entry in entries {
            // Workers connect, and their folder may be another.
            let bind = entry.bind.absolute(in: settings.folder)
            let address = bind.isNamed && !resolvesNames ? nil : try bind.resolve()
            servers.append(
                Server(bind: bind, address: address, weight: entry.weight, isBackup: entry.isBackup))
        }
        guard entries.contains(where: { !$0.isBackup }) else {
            throw .usage("every server is a backup: name one that is not")
        }
        // A kept connection pins one of the application's processes. Only who knows how many there are can say
        // how many may be kept.
        let room = Scoreboard.slotCapacity / 4 / entries.count
        processes = settings.external.maxConnections ?? settings.processes ?? min(128, room)
        keepsConnections = settings.processes != nil
    }

    private mutating func planSwift(
        _ path: String, _ own: (@Sendable () throws -> Application)?
    ) throws(ConfigurationError) {
        let plan: SwiftPlan
        if path != SwiftPlan.own {
            plan = try SwiftPlan(library: path, in: settings.base ?? SystemProcess.currentDirectory)
        } else if let own {
            plan = SwiftPlan(own: own)
        } else {
            throw .usage(
                "'swift:self' is the application of a program that calls Gateway.main, and this one has none: name a library, as swift:libapp.so (a file called self is swift:./self)"
            )
        }
        swift = plan
        processes = 0
        files.files = [plan.file]
    }

    /// The folder of `--root`, for those who have a use for it.
    private func root() throws(ConfigurationError) -> String? {
        guard let path = settings.root else { return nil }
        guard Files.isReadableDirectory(path), let absolute = Files.absolutePath(path) else {
            throw .environment(
                places.message(
                    "root", "cannot read the folder '\(path)'", "is it there, and may this user enter it?"))
        }
        return absolute
    }

    package static func directory(
        _ path: String, in parent: String?, option: String
    ) throws(ConfigurationError) -> String {
        let path = parent.map { path.hasPrefix("/") ? path : $0 + "/" + path } ?? path
        guard Files.isReadableDirectory(path), let absolute = Files.absolutePath(path) else {
            throw .environment(
                "cannot read the folder '\(path)' (\(option)): is it there, and may this user enter it?")
        }
        return absolute
    }
}

extension ApplicationPlan {
    /// Whether the processes of `other` may go on as those of this application.
    package func isServed(byProcessesOf other: ApplicationPlan) -> Bool {
        guard name == other.name, site == other.site, servers == other.servers, script == other.script,
            program?.path == other.program?.path, program?.arguments == other.program?.arguments,
            program?.environment == other.program?.environment, slotCount == other.slotCount,
            release == other.release || servers.isEmpty == false || swift != nil,
            (swift == nil) == (other.swift == nil)
        else { return false }
        if let swift, let other = other.swift, !swift.isSame(as: other) { return false }
        return settings.areServed(byProcessesOf: other.settings)
    }
}
