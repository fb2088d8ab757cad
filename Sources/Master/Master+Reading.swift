// A reload reads files and folders, looks up users, and perhaps names of machines: on file systems, in directory services and
// from name servers that may be slow, or not answer at all. The master would stand still for so long, and with it all that
// it looks after. So a fork of it reads (Trial), and tells what it has found (Syscalls/Findings.swift). The master goes by
// that when it reads itself, and asks nobody: what has changed since, or has stopped answering, is the next reload's.

import EventLoop
import Logging
import Plans
import Settings
import Syscalls

extension Master {
    /// How long the settings are tried to be read, in milliseconds.
    private static let patience: UInt64 = 30_000

    /// Reads the settings in a process of its own, with all that they lead to, and goes on with the reload if that works.
    func tryReading() throws(ConfigurationError) {
        let pid: ProcessID
        let report: FindingsReport
        do {
            report = try FindingsReport()
            pid = try ChildProcess.fork(diesWithParent: true)
        } catch {
            throw .environment("cannot try to read the settings: \(error)")
        }
        if pid == 0 {
            closeOwnDescriptors()
            ProcessTitle.set("gateway: reads its settings")
            let isTold = report.send(Findings.keeping { readOnce() })
            SystemProcess.exitImmediately(isTold ? 0 : 1)
        }
        trial = Trial(pid: pid, subject: "the settings", deadline: context.loop.now + Self.patience) {
            [unowned self] in
            guard let findings = report.receive() else {
                return reloadFailed("what was found out about the settings did not arrive: no memory is left")
            }
            reloadTried(findings)
        } failed: { [unowned self] error in
            reloadFailed(error.message)
        }
        trial?.report = report
        trial?.late =
            "the settings could not be read within \(Self.patience / 1000) s: a name server, a directory of users or a file system is slow, or does not answer"
    }

    /// What is wrong with them is said by the master, where it goes by what was found here. All that it asks is asked here.
    private func readOnce() {
        guard let configuration = try? services.read() else { return }
        let settings = configuration.settings
        _ = settings.folder.isGone
        _ = try? RunAs.resolve(user: settings.user, group: settings.group)
        if let owner = settings.socketOwner { _ = try? SocketOwner.resolve(owner) }
        _ = try? Listeners.wanted(Listeners.chosen(settings, over: openListeners), over: openListeners)
        // A file system that has stopped holds whoever looks there.
        for case .unix(let path) in settings.binds { _ = Files.identity(path) }
    }

    /// What is open when a generation begins.
    var openListeners: [Listener] { generations.last?.listeners ?? inheritedListeners }
}

extension Configuration {
    /// Does a part of what is done with a reading of the settings, by what was found out about them where they were read in
    /// another process.
    func goingByFindings<Result>(
        _ body: () throws(ConfigurationError) -> Result
    ) throws(ConfigurationError) -> Result {
        guard let findings else { return try body() }
        return try findings.goingByThem(body)
    }
}

extension Findings {
    /// Does something without asking anybody.
    func goingByThem<Result>(
        _ body: () throws(ConfigurationError) -> Result
    ) throws(ConfigurationError) -> Result {
        try goingBy(
            incomplete: { question in
                .environment(
                    "the settings could not be read twice in the same way (\(question)): reload again")
            }, body)
    }
}
