// From the application argument to what the master spawns: which program, in which folder, with which environment.
// Everything that can be known to be wrong before a process runs is found here.

import Syscalls

/// How an application is run.
struct ApplicationPlan: Sendable {
    /// For messages: the argument as it was given.
    let name: String
    /// The program of its processes; `nil` for one that runs already.
    let program: Program?
    /// The text of a script that the program reads from descriptor 3.
    let script: [UInt8]?
    /// Where an external application listens.
    let address: SocketAddress?
    /// Processes; for an external application, connections at once.
    private(set) var processes: Int
    /// Requests that one process serves at once.
    let slotsPerProcess: Int
    let keepsConnections: Bool
    let drainsBody: Bool
    /// The folder of a PHP site, absolute and without links.
    let root: String?
    /// What is to be watched for changes with `--reload`. PHP reads its scripts at each request.
    private(set) var files = ApplicationFiles()

    /// Processes where none are asked for, as Gunicorn recommends for its workers.
    static var defaultProcesses: Int { SystemProcess.processorCount * 2 + 1 }

    init(_ kind: ApplicationKind, name: String, settings: Settings) throws(ConfigurationError) {
        self.name = name
        let count = settings.processes ?? Self.defaultProcesses
        let environment = settings.processEnvironment
        let identity = try RunAs.resolve(user: settings.user, group: settings.group)
        var root = try settings.root.map { path throws(ConfigurationError) in
            try Self.directory(path, in: nil, option: "--root")
        }
        switch kind {
        case .wsgi(let target):
            let python = try Self.python(settings)
            program = Program(
                path: python,
                arguments: [python, "/proc/self/fd/3", target, "--threads", "\(settings.threads)"],
                environment: environment, directory: settings.directory, identity: identity,
                umask: settings.umask)
            files.folders = [settings.directory ?? SystemProcess.currentDirectory]
            files.suffixes = [".py"]
            script = PackageResources.wsgi_responder_py
            address = nil
            (processes, slotsPerProcess, keepsConnections, drainsBody) = (count, settings.threads, true, true)
        case .php(let path):
            root = try Self.directory(path, in: settings.directory, option: "php:")
            guard let php = Executables.find("php-cgi") else {
                throw .environment(
                    "cannot find php-cgi in PATH: install it (Debian: apt-get install php-cgi)")
            }
            // Children of php-cgi would be slots that nobody counts; its limit of 500 requests would be a restart
            // every few seconds.
            var variables = environment.filter { !$0.hasPrefix("PHP_FCGI_CHILDREN=") }
            if !variables.contains(where: { $0.hasPrefix("PHP_FCGI_MAX_REQUESTS=") }) {
                variables.append("PHP_FCGI_MAX_REQUESTS=10000")
            }
            program = Program(
                path: php, arguments: [php], environment: variables, directory: root, identity: identity,
                umask: settings.umask)
            script = nil
            address = nil
            (processes, slotsPerProcess, keepsConnections, drainsBody) = (count, 1, true, true)
        case .exec(let words):
            let path = try Self.executable(words[0], in: settings.directory)
            files.files = [path]
            program = Program(
                path: path, arguments: words,
                environment: environment, directory: settings.directory, identity: identity,
                umask: settings.umask)
            script = nil
            address = nil
            (processes, slotsPerProcess, keepsConnections, drainsBody) = (count, 1, true, false)
        case .fcgi(let bind):
            program = nil
            script = nil
            // Workers connect, and their folder may be another.
            address = try bind.absolute.resolve()
            // A kept connection pins one of the application's processes. Only who knows how many there are can say
            // how many may be kept.
            processes = settings.processes ?? 128
            (slotsPerProcess, keepsConnections, drainsBody) = (1, settings.processes != nil, false)
        }
        self.root = root
        guard processes * slotsPerProcess <= Scoreboard.slotCapacity / 4 else {
            throw .usage("\(processes) processes are too many: at most \(Scoreboard.slotCapacity / 4) slots")
        }
    }

    /// The same with another number of processes.
    func with(processes: Int) -> ApplicationPlan {
        var plan = self
        plan.processes = processes
        return plan
    }

    private static func python(_ settings: Settings) throws(ConfigurationError) -> String {
        if let python = settings.python {
            guard let path = Executables.find(python) else {
                throw .environment("cannot run '\(python)' (--python): is it there, and executable?")
            }
            // The interpreter of a virtual environment is a link, and knows its environment by where the link is.
            guard python.contains("/") else { return path }
            return python.hasPrefix("/") ? python : SystemProcess.currentDirectory + "/" + python
        }
        if let environment = SystemProcess.environmentValue("VIRTUAL_ENV"), !environment.isEmpty {
            let path = environment + "/bin/python3"
            guard Files.isExecutable(path) else {
                throw .environment(
                    "cannot run '\(path)' (VIRTUAL_ENV): unset VIRTUAL_ENV or name an interpreter with --python"
                )
            }
            return path
        }
        guard let path = Executables.find("python3") else {
            throw .environment(
                "cannot find python3 in PATH: install it, or name an interpreter with --python")
        }
        return path
    }

    private static func directory(
        _ path: String, in parent: String?, option: String
    ) throws(ConfigurationError) -> String {
        let path = parent.map { path.hasPrefix("/") ? path : $0 + "/" + path } ?? path
        guard Files.isReadableDirectory(path), let absolute = Files.absolutePath(path) else {
            throw .environment(
                "cannot read the folder '\(path)' (\(option)): is it there, and may this user enter it?")
        }
        return absolute
    }

    private static func executable(_ word: String, in directory: String?) throws(ConfigurationError) -> String
    {
        if let path = Executables.find(word, in: directory) { return path }
        throw .applicationNotFound("cannot run '\(word)' (exec:): is it there, and executable?")
    }
}

/// Programs by their names.
enum Executables {
    /// The file that `name` stands for: itself when it has a slash, else the first of PATH.
    ///
    /// - Parameter directory: What a relative path with a slash begins at, for the check; the answer keeps its form.
    static func find(_ name: String, in directory: String? = nil) -> String? {
        if name.contains("/") {
            let path = name.hasPrefix("/") ? name : (directory.map { $0 + "/" } ?? "") + name
            return Files.isExecutable(path) ? Files.absolutePath(path) ?? path : nil
        }
        let path = SystemProcess.environmentValue("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":") where Files.isExecutable("\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        return nil
    }
}

extension BindAddress {
    /// The first address that the text stands for.
    func resolve() throws(ConfigurationError) -> SocketAddress {
        switch self {
        case .unix(let path):
            guard let address = SocketAddress(unixPath: path) else {
                throw .usage("'\(self)' is no address: the path is too long")
            }
            return address
        case .abstract(let name):
            guard let address = SocketAddress(abstractName: name) else {
                throw .usage("'\(self)' is no address: the name is too long")
            }
            return address
        case .descriptor: throw .usage("'\(self)' is a socket that is open already, and no address")
        case .tcp(let host, let port):
            do {
                guard let address = try SocketAddress.resolve(host: host, port: port).first else {
                    throw ConfigurationError.environment("cannot resolve '\(self)'")
                }
                return address
            } catch let error as ResolutionError {
                throw .environment("cannot resolve '\(self)': \(error.reason)")
            } catch {
                throw .environment("cannot resolve '\(self)': \(error)")
            }
        }
    }
}
