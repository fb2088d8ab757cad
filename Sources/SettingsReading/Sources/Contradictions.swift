// Settings that cannot go together. What is surely a mistake is refused, as any other; what may be on its way to become
// something is only said, at a start, at a reload and by --check-config (Effects/). Defaults are nobody's mistake: only
// what somebody has set is looked at.

import HTTP
import Settings

extension SettingsLoader.Reading {
    /// Refuses limits that another limit keeps from ever being reached.
    func refuseContradictions() throws(ConfigurationError) {
        func refuse(
            _ mention: String, _ value: some FixedWidthInteger, beyond other: String,
            _ limit: some FixedWidthInteger
        ) throws(ConfigurationError) {
            guard value > limit else { return }
            throw .usage(
                "\(mention) is \(OctetCount.text(value)), more than the \(OctetCount.text(limit)) of '\(other)': lower it, or raise that"
            )
        }
        if let origin = origins["limit-request-line"] {
            try refuse(
                origin.mention("limit-request-line"), settings.requestLimits.requestLine,
                beyond: "limit-request-head", settings.requestLimits.head)
        }
        for (mention, settings) in places(of: "buffer-memory") {
            try refuse(
                mention, settings.bufferMemory, beyond: "worker-buffers", self.settings.workerBuffers)
        }
    }

    /// What is no mistake, and is hardly what was meant.
    var warnings: [String] { idleSettings + unboundedBodies }

    /// What 0 means is said, for it was "none at all" once, and a disk has an end.
    private var unboundedBodies: [String] {
        places(of: "limit-request-body").compactMap { mention, settings in
            guard settings.bodyLimit == Settings.noBodyLimit else { return nil }
            return "\(mention) is 0: request bodies have no limit, and may fill the disk"
        }
    }

    /// Where a setting was set, as messages call it, with what counts there.
    private func places(of name: String) -> [(mention: String, settings: Settings)] {
        let general = origins[name].map { [($0.mention(name), settings)] } ?? []
        let parts = applications.map { ($0.part, $0.settings) } + routes.map { ($0.part, $0.settings) }
        return general
            + parts.compactMap { part, settings in
                part.settings[name].map { ($0.origin.mention(name), settings) }
            }
    }
}
