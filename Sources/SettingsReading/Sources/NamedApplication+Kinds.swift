// What the kind of an application allows its section to say.

import Plans
import Settings

extension NamedApplication {
    /// Whether it runs in the workers.
    private var isSwift: Bool { run.text.hasPrefix("swift:") }

    /// Whether it is the application of the program itself.
    var isOwn: Bool { run.text == "swift:\(SwiftPlan.own)" }

    /// Refuses settings of processes for an application that has none.
    func refuseProcessSettings() throws(ConfigurationError) {
        guard isSwift else { return }
        for declaration in Declaration.all where declaration.scope == .application {
            guard let given = part.settings[declaration.name],
                Effect.of(declaration.name).reach.isDisjoint(with: .swift)
            else { continue }
            throw .usage(
                "\(given.origin.mention(declaration.name)) is for application processes, and '\(name)' (swift:) runs in the workers: remove it"
            )
        }
    }
}
