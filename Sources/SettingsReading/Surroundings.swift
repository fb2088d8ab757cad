import Logs
import Settings
import Syscalls

/// Looks whether the files that the settings name can be written, before anything is started.
enum Surroundings {
    ///
    /// - Parameter places: Where the settings stand.
    static func check(_ settings: Settings, _ places: SettingPlaces) throws(ConfigurationError) {
        for (path, name) in [
            (settings.accessLog, "access-log"), (settings.errorLog, "error-log"), (settings.pidFile, "pid"),
        ] {
            func refusal(_ problem: String, _ advice: String) -> ConfigurationError {
                .environment(places.message(name, problem, advice))
            }
            guard let path, LogDescriptor.standardDescriptor(path, dash: 1) == nil else { continue }
            guard !Files.isLink(path) else {
                throw refusal("'\(path)' is a symbolic link", "name the file itself")
            }
            // A pipe would make its writers wait for a reader.
            if Files.status(path)?.kind == .other {
                throw refusal("'\(path)' is neither a file nor a device", "name another place")
            }
            guard Files.canWriteFile(path) else {
                throw refusal("cannot write '\(path)'", "is its folder there, and may this user write it?")
            }
        }
        try checkFolders(settings, places)
        guard Files.canWriteInDirectory(settings.temporaryFolder) else {
            throw .environment(
                places.message(
                    "temporary-folder", "cannot write in '\(settings.temporaryFolder)'", "name another folder"
                ))
        }
    }

    /// Looks whether an application's folders are there.
    static func checkFolders(
        _ settings: Settings, _ places: SettingPlaces
    ) throws(ConfigurationError) {
        let folders =
            settings.sendfileRoots.map { ($0, "x-sendfile-root") }
            + settings.accelRoots.map { ($0.folder, "x-accel-root") }
            + (settings.directory.map { [($0, "chdir")] } ?? [])
        for (folder, name) in folders where !Files.isReadableDirectory(folder) {
            throw .environment(
                places.message(
                    name, "cannot read the folder '\(folder)'",
                    "is it there, and may this user enter it?"))
        }
    }
}
