// What a route says with patterns: which paths, what becomes of them, and where the application is mounted.

import Octets
import Patterns
import Routing
import Settings

extension RouteReader {
    func expression(_ text: GivenText) throws(ConfigurationError) -> PathExpression {
        do throws(PatternMistake) { return try PathExpression(text.text) } catch {
            throw .usage(
                "\(text.mention) is '\(text.text)', which is no regular expression: \(error.reason), at offset \(error.offset)"
                    .oneLine)
        }
    }

    /// A path alone takes the place of what is matched; with names or a query, or behind a pattern, it is the whole address.
    func readRewrite(into plan: inout RoutePlan) throws(ConfigurationError) {
        guard let text = route.part.own["rewrite"]?.texts.last else { return }
        guard let template = RewriteTemplate(text.text) else {
            throw refusal(
                text,
                "a path that begins with a slash, without a *; $1 to $9, $rest and $path have values, and behind a ? $query_string too"
            )
        }
        let path = text.text.prefix { $0 != "?" }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw .usage(
                "\(text.mention) is '\(text.text)', and a path that is rewritten to a . or .. is 404: write where it leads"
                    .oneLine)
        }
        try check(template.highestGroup, text, plan)
        try refuseRest(text, plan)
        if plan.patterns.isEmpty, !text.text.contains(where: { "$?".contains($0) }) {
            plan.replacement = Array(text.text.utf8)
        } else {
            plan.rewrite = template
        }
    }

    /// A pattern matches the whole path, and leaves no rest.
    func refuseRest(_ text: GivenText, _ plan: RoutePlan) throws(ConfigurationError) {
        guard !plan.patterns.isEmpty, text.text.contains("$rest") else { return }
        throw .usage(
            "\(text.mention) has $rest, and behind a pattern there is none: put what you mean into parentheses, and write $1"
        )
    }

    /// Refuses the name of a group that no pattern has.
    func check(_ group: Int?, _ text: GivenText, _ plan: RoutePlan) throws(ConfigurationError) {
        guard let group else { return }
        guard let fewest = plan.patterns.map(\.groups).min() else {
            throw .usage("\(text.mention) has $\(group), and this route has no pattern: add 'match'")
        }
        guard group <= fewest else {
            throw .usage(
                "\(text.mention) has $\(group), and the pattern has \(fewest) \(fewest == 1 ? "group" : "groups"): add one, with parentheses"
            )
        }
    }

    func mount(_ text: GivenText, _ plan: RoutePlan) throws(ConfigurationError) -> RouteMount {
        guard case .exact(let path) = PathPattern(text.text), path.last != ASCII.slash else {
            throw refusal(text, "a path without a slash at its end, as /trac")
        }
        // A path that was rewritten is the rest already.
        guard plan.replacement == nil, plan.rewrite == nil else { return RouteMount(path, isTakenOff: false) }
        let beginnings =
            plan.patterns.isEmpty ? plan.paths.map(\.beginning) : plan.patterns.map(\.beginning)
        let below = beginnings.filter { beginning in
            beginning.starts(with: path)
                && (beginning.count == path.count || beginning[path.count] == ASCII.slash)
        }
        guard below.isEmpty || below.count == beginnings.count else {
            throw .usage(
                "\(text.mention) is '\(text.text)', and some paths of this route begin with it and others do not: make two routes of it"
            )
        }
        return RouteMount(path, isTakenOff: !below.isEmpty)
    }
}
