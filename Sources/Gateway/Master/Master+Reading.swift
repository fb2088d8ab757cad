// A reload reads files and folders, looks up users, and perhaps names of machines: on file systems, in directory services and
// from name servers that may be slow, or not answer at all. The master would stand still for so long, and with it all that
// it looks after. So a fork of it reads first (Trial). What that cannot read without waiting is not read by the master, and what
// runs goes on.

import Logging
import Syscalls

extension Master {
    /// How long the settings are tried to be read, in milliseconds.
    private static let patience: UInt64 = 30_000
    /// How long it may wait for others meanwhile, in milliseconds: as long as the master would.
    private static let waitLimit: UInt64 = 1000

    /// Reads the settings in a process of its own, with all that they lead to, and goes on with the reload if that works.
    func tryReading() throws(ConfigurationError) {
        let pid: ProcessID
        do {
            pid = try ChildProcess.fork(diesWithParent: true)
        } catch {
            throw .environment("cannot try to read the settings: \(error)")
        }
        if pid == 0 {
            closeOwnDescriptors()
            ProcessTitle.set("gateway: reads its settings")
            readOnce()
            let isSlow = SystemProcess.waitedMilliseconds > Self.waitLimit
            SystemProcess.exitImmediately(isSlow ? Int32(Trial.slow) : 0)
        }
        trial = Trial(pid: pid, subject: "the settings", deadline: context.loop.now + Self.patience) {
            [unowned self] in
            reloadTried()
        } failed: { [unowned self] error in
            let reason = "a name server, a directory of users or a file system is slow, or does not answer"
            reloadFailed("\(error.message): \(reason)")
        }
    }

    /// What is wrong with them is said by the master, where it reads them itself.
    private func readOnce() {
        guard let settings = try? readConfiguration().settings else { return }
        _ = try? RunAs.resolve(user: settings.user, group: settings.group)
        for bind in settings.binds { _ = try? bind.resolve() }
    }
}
