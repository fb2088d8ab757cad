// The parts of a configuration file that are more than settings: applications by their names, and routes. Each has keys of
// its own beside the settings that count for it alone. What the keys mean is decided elsewhere.

import Settings
import YAML

/// Everything that a configuration file says.
struct FileContent: Sendable {
    /// An application or a route.
    struct Part: Sendable {
        /// The application's name; empty for a route.
        let name: String
        /// Where it begins, as `shop.yaml:12`.
        let place: String
        /// What its own keys say.
        var own: [String: Given] = [:]
        /// What counts for it alone.
        var settings: [String: Given] = [:]
    }

    var settings: [String: Given] = [:]
    var applications: [Part] = []
    var routes: [Part] = []
}

extension ConfigurationFile {
    static let applicationsKey = "applications"
    static let routesKey = "routes"
    /// The keys of an application that are no settings.
    static let applicationKeys = ["run"]
    /// The keys of a route that are no settings.
    static let routeKeys = [
        "host", "path", "method", "headers", "internal", "application", "authorizer", "static", "redirect",
        "respond", "status", "text", "content-type", "strip-prefix", "rewrite", "match", "missing", "mount",
    ]
    private static let listKeys: Set = ["host", "path", "match", "method", "headers", "static"]

    func applications(_ value: YAMLNode) throws(ConfigurationError) -> [FileContent.Part] {
        guard case .map(let pairs) = value.content, !pairs.isEmpty else {
            throw refusal(value, "applications is no map: write a name for each, with its settings below it")
        }
        var parts: [FileContent.Part] = []
        for (key, value) in pairs {
            guard case .scalar(let name, _) = key.content, Self.isName(name) else {
                throw refusal(key, "the name of an application has letters, digits, '-', '_' and '.' only")
            }
            guard case .map(let keys) = value.content else {
                throw refusal(
                    value, "application '\(name)' has no settings: write 'run: wsgi:shop:app' below it")
            }
            var part = FileContent.Part(name: name, place: place(key))
            try fill(&part, keys, own: Self.applicationKeys, scope: .application, what: "an application")
            parts.append(part)
        }
        return parts
    }

    func routes(_ value: YAMLNode) throws(ConfigurationError) -> [FileContent.Part] {
        guard case .list(let items) = value.content, !items.isEmpty else {
            throw refusal(value, "routes is no list: begin each route with '- '")
        }
        var parts: [FileContent.Part] = []
        for item in items {
            guard case .map(let keys) = item.content else {
                throw refusal(item, "a route is no map: write '- path: /x/*' and what becomes of it below")
            }
            var part = FileContent.Part(name: "", place: place(item))
            try fill(&part, keys, own: Self.routeKeys, scope: .route, what: "a route")
            parts.append(part)
        }
        return parts
    }

    private func fill(
        _ part: inout FileContent.Part, _ pairs: [(key: YAMLNode, value: YAMLNode)], own: [String],
        scope: Declaration.Scope, what: String
    ) throws(ConfigurationError) {
        for (key, value) in pairs {
            guard case .scalar(let name, _) = key.content else {
                throw refusal(key, "a name is no list and no map: write lines like 'timeout: 4'")
            }
            if own.contains(name) {
                let given = try given(name, key, value, isList: Self.listKeys.contains(name))
                // No path at all would be every path.
                guard !given.texts.isEmpty else {
                    throw refusal(value, "\(name) is empty: write a value, or remove the line")
                }
                part.own[name] = given
                continue
            }
            guard let declaration = Declaration.named(name) else {
                let names = own + Declaration.all.filter { $0.scope.rawValue >= scope.rawValue }.map(\.name)
                let nearest = NearestName.of(name, in: names).map { "; did you mean '\($0)'?" }
                throw refusal(
                    key, "\(what) has no setting '\(name)'" + (nearest ?? ": docs/settings.md lists them"))
            }
            guard declaration.scope.rawValue >= scope.rawValue else {
                let place = declaration.scope == .application ? "its application, or to the top" : "the top"
                throw refusal(key, "'\(name)' is no setting of \(what): move it to \(place) of the file")
            }
            part.settings[name] = try given(name, key, value, isList: declaration.isList)
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                    || "-_.".utf8.contains(byte)
            }
    }
}
