import Syscalls

/// Looks whether the files that the settings name can be written, before anything is started.
enum Surroundings {
    static func check(_ settings: Settings) throws(ConfigurationError) {
        for (path, option) in [
            (settings.accessLog, "--access-log"), (settings.errorLog, "--error-log"),
            (settings.pidFile, "--pid"),
        ] {
            guard let path, LogDescriptor.standardDescriptor(path, dash: 1) == nil else { continue }
            guard !Files.isLink(path) else {
                throw .environment("'\(path)' (\(option)) is a symbolic link: name the file itself")
            }
            // A pipe would make its writers wait for a reader.
            if Files.status(path)?.kind == .other {
                throw .environment("'\(path)' (\(option)) is neither a file nor a device: name another place")
            }
            guard Files.canWriteFile(path) else {
                throw .environment(
                    "cannot write '\(path)' (\(option)): is its folder there, and may this user write it?")
            }
        }
        try checkFolders(settings)
        guard Files.canWriteInDirectory(settings.temporaryFolder) else {
            throw .environment(
                "cannot write in '\(settings.temporaryFolder)' (--temporary-folder or TMPDIR): name another folder"
            )
        }
    }

    /// Looks whether an application's folders are there.
    static func checkFolders(_ settings: Settings) throws(ConfigurationError) {
        let roots =
            settings.sendfileRoots.map { ($0, "--x-sendfile-root") }
            + settings.accelRoots.map { ($0.folder, "--x-accel-root") }
        for (folder, option) in roots where !Files.isReadableDirectory(folder) {
            throw .environment(
                "cannot read the folder '\(folder)' (\(option)): is it there, and may this user enter it?")
        }
        guard let directory = settings.directory, !Files.isReadableDirectory(directory) else { return }
        throw .environment(
            "cannot read the folder '\(directory)' (--chdir): is it there, and may this user enter it?")
    }
}
