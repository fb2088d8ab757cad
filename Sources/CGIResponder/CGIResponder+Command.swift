// The command `gateway fcgiwrap`.

import Plans
import Settings
import Syscalls

extension CGIResponder {
    /// Runs the command and ends the process: with 0 when it was told to end, 1 when the surroundings are wrong, 2 when the
    /// command line is.
    ///
    /// - Parameter arguments: The options, without the program's name.
    package static func main(_ arguments: [String]) -> Never {
        do {
            let options = try ResponderOptions(parsing: arguments)
            if options.asksForHelp {
                var text = ResponderOptions.usage + "\n"
                text.withUTF8 { bytes in _ = Descriptor.writeAll(1, bytes) }
                SystemProcess.exitImmediately(0)
            }
            try run(options)
        } catch let error as ConfigurationError {
            log(error.message)
            SystemProcess.exitImmediately(error.exitCode)
        } catch {
            log("\(error)")
            SystemProcess.exitImmediately(1)
        }
        SystemProcess.exitImmediately(0)
    }

    private static func run(_ options: ResponderOptions) throws {
        ChildProcess.keepResults()
        SystemProcess.openStandardDescriptors()
        SystemProcess.ignoreBrokenPipes()
        SystemProcess.ignoreFileSizeSignals()
        StandardOutputs.own()
        SystemProcess.raiseDescriptorLimit()
        guard let bind = options.listen else {
            return try CGIResponder(options, listener: Descriptor.duplicate(inheritedSocket())).run()
        }
        let place = try ResponderPlace(bind)
        defer { place.leave() }
        try CGIResponder(options, listener: Descriptor.duplicate(place.number)).run()
    }
}

extension CGIResponder {
    /// The socket of a service manager (systemd's socket units), or descriptor 0.
    private static func inheritedSocket() throws(ConfigurationError) -> CInt {
        let sockets = try ActivatedSockets.take()
        guard sockets.count <= 1 else {
            throw .environment(
                "LISTEN_FDS passes \(sockets.count) sockets, but there is use for one: split the socket unit")
        }
        if let socket = sockets.first { return socket.number }
        guard Socket.isListening(0) else {
            throw .usage(
                "descriptor 0 is no listening socket: start it with 'gateway spawn-fcgi', or name an address with -s"
            )
        }
        return 0
    }
}

/// The address of `-s`.
private final class ResponderPlace {
    private let listener: OwnedDescriptor
    private let path: String?
    private let identity: FileIdentity?

    var number: CInt { listener.number }

    init(_ bind: BindAddress) throws {
        let address = try bind.absolute(in: WorkFolder(path: SystemProcess.currentDirectory)).resolve()
        path = address.unixPath
        if let path, Files.isSocket(path) {
            guard !Socket.isInUse(address) else {
                throw ConfigurationError.environment("cannot listen at \(bind) (-s): somebody listens there")
            }
            // Left behind by one that was killed.
            Files.remove(path)
        }
        do {
            listener = try Socket.listen(address, backlog: 511, isNonBlocking: true)
        } catch {
            throw ConfigurationError.environment("cannot listen at \(bind) (-s): \(error.reason)")
        }
        identity = path.flatMap(Files.identity)
    }

    /// Removes the socket's file, unless another one is there by now.
    func leave() {
        if let path, let identity, Files.identity(path) == identity { Files.remove(path) }
    }
}
