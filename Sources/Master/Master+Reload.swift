import Logging
import Plans
import Settings
import Syscalls

extension Master {
    /// Reloads when files of the application change, as long as the settings say so.
    func followFiles(of configuration: Configuration) {
        let files = configuration.settings.reloads ? configuration.files : nil
        guard files != reloader?.files else { return }
        reloader?.stop()
        reloader = nil
        guard let files else { return }
        do {
            reloader = try Reloader(files, loop: context.loop, log: context.log) { [unowned self] path in
                fileChanged(path)
            }
        } catch {
            context.log.error("cannot watch files (--reload): \(error.reason)")
        }
    }

    /// A watched file is another one now.
    func fileChanged(_ path: String) {
        guard path == Files.absolutePath(startedProgram) else { return reload("'\(path)' has changed") }
        // Another program cannot be loaded into this one: it takes this one's place, and clients wait in the backlog.
        guard stopDeadline == nil, Files.isExecutable(path) else { return }
        guard trial == nil else {
            // What is being tried may be half of it.
            changedInTrial = path
            return
        }
        context.log.info("'\(path)' has changed: starting it anew")
        tryProgram { [unowned self] in
            stop(gracefully: true, restartingWith: generations.last?.listeners ?? [])
        }
    }

    /// Becomes the program on disk, with the listeners that were open.
    func restart(with listeners: [Listener]) -> SyscallError {
        StartFolder.current.look().enter()
        return SystemProcess.execute(Succession.program(handingOver: listeners))
    }
}

extension Configuration {
    /// What is to be watched for changes.
    var files: ApplicationFiles {
        var files = applications.plans.reduce(into: ApplicationFiles()) { $0.add($1.files) }
        files.files += settings.reloadExtraFiles + (settings.configurationFile.map { [$0] } ?? [])
        files.files = files.files.map { Files.absolutePath($0) ?? $0 }
        return files
    }
}
