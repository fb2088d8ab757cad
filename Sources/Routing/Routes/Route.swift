import Syscalls

/// A route as a worker follows it, with its folders open. What every request asks for stands beside the plan: to copy a plan
/// costs more than to follow it.
package final class Route {
    package let plan: RoutePlan
    package let limits: RouteLimits
    /// What is compressed; `nil` for nothing.
    package let compression: CompressionPolicy?
    /// `nil` where there is none.
    package let errorPages: ErrorPages?
    /// How it answers with files.
    package let files: FileRules
    /// The index of the application that answers; -1 where none does.
    package let application: Int
    /// The index of the application that is asked first; -1 where none is.
    package let authorizer: Int
    /// Whether nothing is to be done about the path before the application sees it.
    package let isDirect: Bool
    /// Whether its path is another one, which is routed anew.
    package let rewrites: Bool
    /// What the whole path becomes; `nil` where the matched part is replaced, or nothing.
    package let rewrite: RewriteTemplate?
    /// A folder that has nothing by the path.
    let absence: SiteFolder?
    /// The folders whose files are served.
    package let folders: [any Site]
    /// The folder of scripts that the application goes by, where it has one.
    package let site: (any Site)?

    package init(
        _ plan: RoutePlan, folders: [any Site] = [], site: (any Site)? = nil, types: MediaTypes = .builtin,
        absence: SiteFolder? = nil
    ) {
        self.plan = plan
        files = FileRules(plan.files, types: types)
        self.folders = folders
        self.site = site
        limits = plan.limits
        compression = CompressionPolicy(plan.answers.compression)
        errorPages = ErrorPages(plan.answers, types: types)
        application = if case .application(let index) = plan.action { index } else { -1 }
        authorizer = plan.authorizer ?? -1
        rewrites = plan.action == .rewrite
        rewrite = plan.rewrite
        self.absence = absence
        isDirect =
            application >= 0 && folders.isEmpty && !plan.stripsPrefix && plan.replacement == nil
            && plan.rewrite == nil && plan.mount == nil
    }

    /// Opens the folders of a plan.
    ///
    /// - Parameters:
    ///   - sites: Those of the applications, by their index.
    ///   - types: The media types of its files.
    ///   - refusals: Where is said what is not given away.
    package convenience init(
        _ plan: RoutePlan, sites: [(any Site)?], types: MediaTypes, refusals: RefusalLog
    ) throws(SyscallError) {
        var site: (any Site)?
        if case .application(let index) = plan.action { site = sites[index] }
        var folders: [any Site] = []
        for folder in plan.folders { folders.append(try FolderSite(folder, refusals: refusals)) }
        let absence = try plan.missing.map { path throws(SyscallError) in
            try SiteFolder(path, refusals: refusals)
        }
        self.init(plan, folders: folders, site: site, types: types, absence: absence)
    }
}
