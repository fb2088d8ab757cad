// What workers do before they serve is tried as they would do it, in a process of its own: the building of a Swift application may
// hang, or trap, and what works with the rights of root may fail with theirs.

import GatewayInterface
import Settings
import Syscalls

/// A step of a worker's start, for `--check-config`.
enum WorkerTrial {
    /// - Parameter step: Throws where a worker could not start.
    /// - Returns: 0 where it could, another exit code where not; then the reason is on stderr.
    static func run(
        _ step: () throws -> Void, _ settings: Settings, _ places: SettingPlaces
    ) throws(ConfigurationError) -> Int32 {
        do {
            let identity = try RunAs.resolve(user: settings.user, group: settings.group, places)
            let parent = SystemProcess.id
            let pid = try ChildProcess.fork(diesWithParent: true)
            if pid == 0 {
                SystemProcess.exitImmediately(
                    code(of: step) { try settings.enter(as: identity, parent: parent) })
            }
            return try watch(pid, settings)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .environment("cannot build the application: \(error)")
        }
    }

    private static func code(of step: () throws -> Void, enter: () throws -> Void) -> Int32 {
        do {
            try enter()
            try step()
            return 0
        } catch {
            let error = error as? ConfigurationError ?? .environment("cannot start: \(error)")
            var line = "gateway: \(error.message)\n"
            line.withUTF8 { _ = Descriptor.writeAll(2, $0) }
            return error.exitCode
        }
    }

    private static func watch(_ pid: ProcessID, _ settings: Settings) throws -> Int32 {
        // Blocked only from here on, so that what is built does not inherit it.
        let signals = try SignalDescriptor([.chld, .int, .term, .quit, .hup])
        let epoll = try Epoll()
        try epoll.add(signals.descriptor.number, .readable, token: 0)
        let deadline = Clock.monotonicMilliseconds() + UInt64(settings.bootTimeout) * 1000
        while true {
            if let (ended, status) = ChildProcess.reap(), ended == pid { return try code(of: status) }
            let now = Clock.monotonicMilliseconds()
            guard now < deadline else {
                end(pid)
                throw ConfigurationError.applicationFailed(
                    "the application was not built within \(settings.bootTimeout) s (--boot-timeout)")
            }
            _ = try epoll.wait(milliseconds: CInt(clamping: deadline - now))
            if let signal = signals.next(), signal != .chld {
                end(pid)
                throw ConfigurationError.environment("interrupted before the application was ready")
            }
        }
    }

    private static func end(_ pid: ProcessID) {
        ChildProcess.signal(pid, .kill)
        ChildProcess.finish(pid)
    }

    private static func code(of status: ExitStatus) throws(ConfigurationError) -> Int32 {
        guard case .exited(let code) = status else {
            throw .applicationFailed("the application was not built: its process \(status)")
        }
        return Int32(code)
    }
}
