/// What is to be started, and how: the command line as values.
struct Options: Equatable {
    /// `-a`, an address in figures.
    var address: String?
    /// `-p`
    var port: UInt16?
    /// `-s`
    var socketPath: String?
    /// `-b`
    var backlog = 1024
    /// `-M`; `nil` for what the umask leaves of 0o660.
    var socketMode: UInt32?
    /// What stands behind the options: the program's path and its arguments.
    var application: [String] = []
    /// `-f`, for the shell; it does not count where there is an ``application``.
    var shellCommand: String?
    /// `-d`
    var directory: String?
    /// `-C`; below 0 the variable stays what it is.
    var phpChildren = -1
    /// `-F`
    var processes = 1
    /// `-P`
    var pidFile: String?
    /// `-n`
    var staysInForeground = false
    /// `-c`
    var root: String?
    /// `-S`
    var bindsBeforeRoot = false
    /// `-u`
    var user: String?
    /// `-g`
    var group: String?
    /// `-U`
    var socketUser: String?
    /// `-G`
    var socketGroup: String?
    /// `--watch`
    var watch: WatchOptions?

    /// The tree that the path of the socket begins in.
    var socketRoot: String? { bindsBeforeRoot || socketPath == nil ? nil : root }
}

/// What supervision is told.
struct WatchOptions: Equatable {
    /// `--signal`: how the processes are asked to end.
    var signal = StopSignal.term
    /// `--log`
    var log: String?
}
