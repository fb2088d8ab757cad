// Folders of files as applications: they have no processes, no index and no backend. A route to one is a route with a folder.
// And what a route may say of links in a folder that is another's.

import Plans
import Routing
import Settings
import Syscalls

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
            return try kind.folder(in: settings)
        } catch {
            throw error.prefixed("\(run.mention) ('\(name)'): ")
        }
    }
}

extension NamedRoute {
    /// Refuses a rule for links that scripts would not be run by. The worker goes by the rule of the route, the CGI responder
    /// once more by that of the application: of the two the stricter one counts, and a laxer one here would do nothing.
    func refuseLaxerLinks(_ plan: RoutePlan, _ applications: [ApplicationPlan]) throws(ConfigurationError) {
        guard let given = part.settings["follow-links"], case .application(let index) = plan.action,
            case .scripts = applications[index].site, plan.folders.isEmpty, plan.missing == nil
        else { return }
        let (own, rule) = (settings.files.links, applications[index].settings.files.links)
        guard own.isLaxer(than: rule) else { return }
        throw .usage(
            "\(given.origin.mention("follow-links")) is '\(own.rawValue)', and scripts of '\(applications[index].name)' (cgi:) are run by its own rule, '\(rule.rawValue)': set it there"
        )
    }
}

extension FollowedLinks {
    /// Whether it follows links that the other rule does not.
    fileprivate func isLaxer(than other: FollowedLinks) -> Bool {
        let fromStrict: [FollowedLinks] = [.off, .owner, .on]
        return fromStrict.firstIndex(of: self)! > fromStrict.firstIndex(of: other)!
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
