import Syscalls

/// One reading of the settings, and what they say is to be served. The master asks for another one at each reload.
struct Configuration: Sendable {
    var settings: Settings
    var applications: ApplicationSet
    /// What is no mistake, and is hardly what was meant.
    var warnings: [String] = []
    /// Where the settings stand.
    var places = SettingPlaces()
    /// What was found out about them in another process, so that nobody is asked here.
    var findings: Findings?
}

/// What a program brings along beside its application.
struct Extensions: Sendable {
    var hooks = Hooks()
    var workerClasses: [WorkerClass] = []
    /// The name of the one that serves where no setting asks for another.
    var defaultWorkerClass: String?
}

extension Configuration {
    /// What `ps` shows the processes by.
    var title: String {
        if let name = settings.processName { return name }
        // A program that serves nothing but what it is itself.
        if !applications.isNamed, applications.ownBuild != nil { return "application" }
        return applications.plans.map(\.name).joined(separator: " ")
    }
}
