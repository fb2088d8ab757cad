// From the keys of a route in the configuration file to a plan. Every mistake names the line.

import HTTP
import Octets
import Routing
import Settings
import Syscalls

/// Understands one route.
struct RouteReader {
    let route: NamedRoute
    /// The names of all applications.
    let applications: [String]
    /// Applications that are folders of files, by their names.
    var folders: [String: String] = [:]
    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

    func plan() throws(ConfigurationError) -> RoutePlan {
        var plan = RoutePlan(
            limits: RouteLimits(route.settings), answers: AnswerPlan(route.settings),
            files: route.settings.files)
        plan.hosts = try values("host") { text throws(ConfigurationError) in
            try demand(
                HostPattern(text.text), text, "a host without a port, as shop.example.org or *.example.org")
        }
        let paths = try values("path") { text throws(ConfigurationError) in
            try demand(PathPattern(text.text), text, "a path: /exactly/this, /all/below/*, *.ending or *")
        }
        if !paths.isEmpty { plan.paths = paths }
        plan.patterns = try values("match", expression)
        plan.missing = try one("missing", folder)
        plan.methods = try values("method") { text throws(ConfigurationError) in
            guard !text.text.isEmpty, text.text.utf8.allSatisfy(ASCII.isToken) else {
                throw refusal(text, "a method, as GET")
            }
            // Methods are what they are, octet by octet (RFC 9110, §9.1); these never come from a client that works.
            let capitals = text.text.uppercased()
            guard text.text == capitals || !Self.methods.contains(capitals) else {
                throw refusal(text, capitals)
            }
            return Array(text.text.utf8)
        }
        plan.fields = try values("headers") { text throws(ConfigurationError) in
            let parts = text.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count < 2 || !FieldCondition.isUnaskable(String(parts[0])) else {
                throw .usage(
                    "\(text.mention): no route can ask for \(parts[0]), which is no part of what an application sees: remove it"
                )
            }
            let condition = parts.count == 2 ? FieldCondition(field: String(parts[0]), String(parts[1])) : nil
            return try demand(
                condition, text, "a map of field names and values; * is any value, ! is none")
        }
        plan.isInternal = try flag("internal")
        plan.stripsPrefix = try flag("strip-prefix")
        plan.folders = try values("static") { text throws(ConfigurationError) in try folder(text) }
        if let folder = folder(of: "application") { plan.folders.append(folder) }
        try readRewrite(into: &plan)
        plan.mount = try one("mount") { text throws(ConfigurationError) in try mount(text, plan) }
        plan.authorizer = try one("authorizer", application)
        plan.action = try action(plan)
        try check(plan)
        return plan
    }

    private func action(_ plan: RoutePlan) throws(ConfigurationError) -> RoutePlan.Action {
        let given = ["application", "redirect", "respond"].filter { route.part.own[$0] != nil }
        guard given.count <= 1 else {
            throw .usage(
                "\(route.part.place): a route cannot have both \(given[0]) and \(given[1]): keep one")
        }
        if folder(of: "application") != nil { return .notFound }
        if let index = try one("application", application) { return .application(index) }
        if let template = try one("redirect", template) {
            if let text = route.part.own["redirect"]?.texts.last {
                try check(template.highestGroup, text, plan)
                try refuseRest(text, plan)
            }
            return .redirect(status: try status(among: [301, 302, 303, 307, 308]) ?? 302, template)
        }
        if let response = try one("respond", response) { return .respond(response) }
        if route.part.own["static"] == nil, route.part.own["rewrite"] != nil { return .rewrite }
        guard route.part.own["static"] != nil else {
            throw .usage(
                "\(route.part.place): this route leads nowhere: add application, static, redirect, respond or rewrite"
            )
        }
        return .notFound
    }

    private func check(_ plan: RoutePlan) throws(ConfigurationError) {
        func demand(_ key: String, _ isGood: Bool, _ reason: String) throws(ConfigurationError) {
            guard let given = route.part.own[key], !isGood else { return }
            throw .usage("\(given.texts.first?.mention ?? route.part.place) \(reason)")
        }
        if case .notFound = plan.action, !plan.answers.compression.codings.isEmpty,
            let given = route.part.settings["compress"]
        {
            throw .usage(
                "\(given.origin.mention("compress")) is for the answers of applications, and this route has files alone: remove it; 'precompressed' sends copies that are compressed already"
            )
        }
        let isResponse = route.part.own["respond"] != nil
        try demand("status", route.part.own["redirect"] != nil, "is for redirect: write 'respond: 404' alone")
        try demand("text", isResponse, "is for respond: add it, or remove the text")
        try demand("content-type", isResponse, "is for respond: add it, or remove the type")
        try demand(
            "rewrite", !plan.stripsPrefix, "and strip-prefix both change the path: keep one of them")
        try demand(
            "match", route.part.own["path"] == nil, "and path both say which paths a route is for: keep one")
        try demand("mount", !plan.stripsPrefix, "and strip-prefix both say where it is mounted: keep one")
        let isMountable =
            switch plan.action {
            case .application: true
            case .redirect, .respond, .rewrite, .notFound: !plan.folders.isEmpty
            }
        try demand(
            "mount", isMountable, "is for an application, and this route has none: add it, or remove this")
        if plan.action == .rewrite {
            try demand(
                "authorizer", false,
                "would not be asked, for this route only rewrites: move it to the route that answers")
            if let given = route.part.settings.min(by: { $0.key < $1.key }) {
                throw .usage(
                    "\(given.value.origin.mention(given.key)) has no effect where a route only rewrites: move it to the route that answers"
                )
            }
        }
        let hasFolderPath = plan.paths.allSatisfy { path in
            if case .prefix(let own) = path { own.last == ASCII.slash } else { false }
        }
        try demand(
            "strip-prefix", !plan.stripsPrefix || hasFolderPath, "wants paths that end in /*, as /shop/*")
    }

    // MARK: Values

    private func application(_ text: GivenText) throws(ConfigurationError) -> Int {
        if let index = applications.firstIndex(of: text.text) { return index }
        guard folders[text.text] == nil else {
            throw .usage(
                "\(text.mention): '\(text.text)' is a folder of files, and answers no question: name another")
        }
        let applications = applications + folders.keys.sorted()
        let nearest = NearestName.of(text.text, in: applications).map { "; did you mean '\($0)'?" }
        throw .usage(
            "\(text.mention): there is no application '\(text.text)'"
                + (nearest ?? ": name one of \(applications.joined(separator: ", "))"))
    }

    /// The folder of the application that a key names.
    private func folder(of key: String) -> String? {
        route.part.own[key]?.texts.last.flatMap { folders[$0.text] }
    }

    private func folder(_ text: GivenText) throws(ConfigurationError) -> String {
        let path = SettingsLoader.absolute(text.text, .path, in: route.folder)
        guard Files.isReadableDirectory(path), let absolute = Files.absolutePath(path) else {
            throw .environment(
                "cannot read the folder '\(path)' (\(text.mention)): is it there, and may this user enter it?"
            )
        }
        return absolute
    }

    private func template(_ text: GivenText) throws(ConfigurationError) -> RedirectTemplate {
        try demand(
            RedirectTemplate(text.text), text,
            "a path or a URL; $scheme, $host, $request_uri, $query_string, $is_args, $rest and $1 to $9 have values"
        )
    }

    private func response(_ text: GivenText) throws(ConfigurationError) -> FixedResponse {
        guard let status = Int(text.text), (200...599).contains(status) else {
            throw refusal(text, "a status from 200 to 599")
        }
        let type = try one("content-type") { text throws(ConfigurationError) in
            guard !text.text.isEmpty, text.text.utf8.allSatisfy(ASCII.isFieldValue) else {
                throw refusal(text, "a media type, as text/html")
            }
            return Array(text.text.utf8)
        }
        let body = route.part.own["text"]?.texts.last.map { Array($0.text.utf8) }
        return FixedResponse(
            status: status, text: body ?? [], contentType: type ?? Array("text/plain; charset=utf-8".utf8))
    }

    private func status(among allowed: [Int]) throws(ConfigurationError) -> Int? {
        try one("status") { text throws(ConfigurationError) in
            guard let status = Int(text.text), allowed.contains(status) else {
                throw refusal(text, allowed.map(String.init).joined(separator: ", "))
            }
            return status
        }
    }

    private func flag(_ key: String) throws(ConfigurationError) -> Bool {
        try one(key) { text throws(ConfigurationError) in try text.read(as: ValueKind<Bool>.flag) } ?? false
    }

    private func values<Value>(
        _ key: String, _ read: (GivenText) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> [Value] {
        var values: [Value] = []
        for text in route.part.own[key]?.texts ?? [] { values.append(try read(text)) }
        return values
    }

    private func one<Value>(
        _ key: String, _ read: (GivenText) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Value? {
        guard let text = route.part.own[key]?.texts.last else { return nil }
        return try read(text)
    }

    private func demand<Value>(
        _ value: Value?, _ text: GivenText, _ advice: String
    ) throws(ConfigurationError) -> Value {
        guard let value else { throw refusal(text, advice) }
        return value
    }

    func refusal(_ text: GivenText, _ advice: String) -> ConfigurationError {
        .usage("\(text.mention) is '\(text.text)': write \(advice)".oneLine)
    }
}
