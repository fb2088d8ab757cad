import Syscalls

/// Looks whether the files that the settings name can be written, before anything is started.
enum Surroundings {
    static func check(_ settings: Settings) throws(ConfigurationError) {
        for (path, option) in [
            (settings.accessLog, "--access-log"), (settings.errorLog, "--error-log"),
            (settings.pidFile, "--pid"),
        ] {
            guard let path, path != "-" else { continue }
            guard Files.canWriteFile(path) else {
                throw .environment(
                    "cannot write '\(path)' (\(option)): is its folder there, and may this user write it?")
            }
        }
    }
}
