// Which settings somebody has set for nothing. Said once each, with the place where it stands: at a start, at a reload and by
// --check-config. A default is nobody's mistake, and a setting at the top of a file is a default for what stands below it: it is
// idle only where nothing at all has a use for it.

import Plans
import Settings

extension SettingsLoader.Reading {
    /// Something that settings count for.
    private struct User {
        let reach: Reach
        let settings: Settings
        /// The sections of the file that are nearer to it than the top.
        var sections: [FileContent.Part] = []

        func takes(_ name: String) -> Bool { !sections.contains { $0.settings[name] != nil } }
    }

    /// Settings that have no effect, one line each.
    var idleSettings: [String] {
        let applications = applications.map { ($0, reach(of: $0.run, $0.settings)) }
        let routes = routes.map { route -> (route: NamedRoute, user: User) in
            let own = applications.first { $0.0.name == route.part.own["application"]?.texts.last?.text }
            let door = applications.first { $0.0.name == route.part.own["authorizer"]?.texts.last?.text }
            return (
                route,
                User(
                    reach: reach(of: route, own?.1).union(door?.1 ?? []), settings: route.settings,
                    sections: [route.part] + (own.map { [$0.0.part] } ?? []))
            )
        }
        let users =
            applications.map { User(reach: $0.1, settings: $0.0.settings, sections: [$0.0.part]) }
            + routes.map(\.user) + unnamedUsers
        var lines = idleAtTheTop(users)
        for (application, reach) in applications {
            let below = routes.filter { $0.route.leads(to: application.name) }.map(\.user)
            let own = [User(reach: reach, settings: application.settings)] + below
            lines += idle(
                application.part, own,
                "for application '\(application.name)' (\(application.run.text.kind))")
        }
        for (route, user) in routes { lines += idle(route.part, [user], "for this route", isOwn: true) }
        return lines
    }

    private func idleAtTheTop(_ users: [User]) -> [String] {
        // The master and its workers serve all of them.
        let all = users.reduce(into: Reach.gateway) { $0.formUnion($1.reach) }
        let gateway = User(reach: all, settings: settings)
        return Declaration.all.compactMap { declaration in
            guard let origin = origins[declaration.name], !origin.isEnvironment,
                !isDefault(declaration, settings)
            else { return nil }
            let effect = Effect.of(declaration.name)
            let everybody = (effect.reach.contains(.gateway) ? [gateway] : []) + users
            let reached = everybody.filter { !effect.reach.isDisjoint(with: $0.reach) }
            let takers = everybody.filter { $0.takes(declaration.name) }
            // Where all that it could be for say something else, it is a default that nobody needs just now.
            guard reached.isEmpty || reached.contains(where: { $0.takes(declaration.name) }) else {
                return nil
            }
            let what =
                users.count == 1 ? (application.map { " for '\($0.text)'" } ?? "") : " for what is served"
            return line(effect, takers, origin.mention(declaration.name), what)
        }
    }

    /// - Parameter isOwn: Whether the section belongs to the user alone.
    private func idle(
        _ part: FileContent.Part, _ users: [User], _ what: String, isOwn: Bool = false
    ) -> [String] {
        Declaration.all.compactMap { declaration in
            guard let given = part.settings[declaration.name], let user = users.first,
                !isDefault(declaration, user.settings)
            else { return nil }
            let takers = users.filter { user in
                isOwn || user.sections.first?.settings[declaration.name] == nil
            }
            return line(
                Effect.of(declaration.name), takers, given.origin.mention(declaration.name), " " + what)
        }
    }

    private func line(_ effect: Effect, _ takers: [User], _ mention: String, _ what: String) -> String? {
        guard !takers.contains(where: { effect.isFelt($0.settings, $0.reach) }) else { return nil }
        let isReached = takers.contains { !effect.reach.isDisjoint(with: $0.reach) }
        if isReached, let condition = effect.condition {
            return "\(mention) has no effect \(condition.otherwise)"
        }
        return "\(mention) has no effect\(what): it is for \(effect.users); remove it".oneLine
    }

    /// Who takes back what a lower source has said, says nothing that could be idle.
    private func isDefault(_ declaration: Declaration, _ settings: Settings) -> Bool {
        declaration.show(settings) == declaration.show(Settings())
    }

    // MARK: Who is there

    /// What has no name in the file: the one application, and that of the program itself.
    private var unnamedUsers: [User] {
        if let application { return [User(reach: reach(of: application, settings), settings: settings)] }
        if hasOwnApplication, !applications.contains(where: \.isOwn) {
            return [User(reach: [.swift, .sent, .own], settings: settings)]
        }
        // Whatever is to be served has yet to be said.
        return applications.isEmpty && routes.isEmpty ? [User(reach: .everything, settings: settings)] : []
    }

    /// What is no application is said elsewhere.
    private func reach(of text: GivenText, _ settings: Settings) -> Reach {
        (try? ApplicationKind(parsing: text.text))?.reach(settings) ?? .everything
    }

    private func reach(of route: NamedRoute, _ application: Reach?) -> Reach {
        let own = route.part.own
        var reach = application ?? []
        if own["application"] != nil, application == nil { return .everything }
        if own["static"] != nil { reach.insert(.files) }
        if own["redirect"] != nil || own["respond"] != nil { reach.insert(.fixed) }
        return reach
    }
}

extension NamedRoute {
    fileprivate func leads(to application: String) -> Bool {
        ["application", "authorizer"].contains { part.own[$0]?.texts.last?.text == application }
    }
}

extension String {
    /// `wsgi:`, of an application's text.
    fileprivate var kind: String { prefix { $0 != ":" } + ":" }
}

extension Origin {
    /// Whether it is a variable that hosts set for whatever they run: nobody has meant this program by it.
    fileprivate var isEnvironment: Bool { if case .environment = self { true } else { false } }
}
