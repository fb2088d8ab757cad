// A Swift application is built as a worker would, in a process of its own: it may hang, or trap, and a builder that
// works with the rights of root may fail with those of the workers.

import GatewayInterface
import Syscalls

/// Builds a Swift application once, for `--check-config`.
enum BuilderCheckup {
    /// - Returns: 0 where it was built, 3 or 4 where it was not; then the reason is on stderr.
    static func run(
        _ build: @Sendable () throws -> Application, _ settings: Settings, _ places: SettingPlaces
    ) throws(ConfigurationError) -> Int32 {
        do {
            let identity = try RunAs.resolve(user: settings.user, group: settings.group, places)
            let parent = SystemProcess.id
            let pid = try ChildProcess.fork(diesWithParent: true)
            if pid == 0 {
                SystemProcess.exitImmediately(
                    code(of: build) { try settings.enter(as: identity, parent: parent) })
            }
            return try watch(pid, settings)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .environment("cannot build the application: \(error)")
        }
    }

    private static func code(of build: () throws -> Application, enter: () throws -> Void) -> Int32 {
        do {
            try enter()
            _ = try ApplicationBuilder.build(build)
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
