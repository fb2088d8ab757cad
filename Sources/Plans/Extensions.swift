import Settings

/// What a program brings along beside its application.
package struct Extensions: Sendable {
    package var hooks = Hooks()
    package var workerClasses: [WorkerClass] = []
    /// The name of the one that serves where no setting asks for another.
    package var defaultWorkerClass: String?

    package init(
        hooks: Hooks = Hooks(), workerClasses: [WorkerClass] = [], defaultWorkerClass: String? = nil
    ) {
        self.hooks = hooks
        self.workerClasses = workerClasses
        self.defaultWorkerClass = defaultWorkerClass
    }
}

extension Extensions {
    /// The class that the program brought along for these settings; `nil` where the gateway's own engine serves.
    package func workerClass(for settings: Settings) -> WorkerClass? {
        guard let name = settings.workerClass ?? defaultWorkerClass else { return nil }
        return workerClasses.first { $0.name == name }
    }
}
