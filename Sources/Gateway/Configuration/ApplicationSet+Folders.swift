// Folders of files as applications: they have no processes, no index and no backend. A route to one is a route with a folder.

extension ApplicationKind {
    /// The folder of files that it is, absolute and without links; `nil` for any other kind.
    func folder(in settings: Settings) throws(ConfigurationError) -> String? {
        guard case .files(let path) = self else { return nil }
        return try ApplicationPlan.directory(path, in: settings.base, option: "static:")
    }
}

extension NamedApplication {
    /// The folder of files that it is; `nil` for any other kind.
    func folder() throws(ConfigurationError) -> String? {
        do throws(ConfigurationError) {
            let kind = try ApplicationKind(parsing: run.text)
            guard let folder = try kind.folder(in: settings) else { return nil }
            try refuseProcessSettings()
            return folder
        } catch {
            throw error.prefixed("\(run.mention) ('\(name)'): ")
        }
    }
}

extension RoutePlan {
    /// Everything is looked for in one folder.
    static func everything(in folder: String, _ settings: Settings) -> RoutePlan {
        RoutePlan(
            folders: [folder], limits: RouteLimits(settings), answers: AnswerPlan(settings),
            files: settings.files)
    }
}
