import GatewayInterface

/// What the master serves.
enum ApplicationSource: Sendable {
    /// Processes behind FastCGI.
    case processes(ApplicationPlan)
    /// An application in the worker, made by each worker, or once in the master with `--preload`.
    case inProcess(@Sendable () throws -> Application)
}

/// One reading of the settings, and what they say is to be served. The master asks for another one at each reload.
struct Configuration: Sendable {
    var settings: Settings
    var source: ApplicationSource
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
        if case .processes(let plan) = source { return plan.name }
        return "application"
    }
}
