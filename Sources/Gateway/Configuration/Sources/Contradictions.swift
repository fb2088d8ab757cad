// Settings of which one makes another mean nothing. What is surely a mistake is refused, as any other; what may be on its way
// to become something is only said, at a start, at a reload and by --check-config. Defaults are nobody's mistake: only what
// somebody has set is looked at.

import HTTP

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
    var warnings: [String] {
        var warnings: [String] = []
        for (mention, settings) in places(of: "intercept-errors")
        where settings.interceptsErrors && !hasPages(beside: settings) {
            warnings.append("\(mention) has no effect without a page: add 'error-page', or remove it")
        }
        let rules = settings.requestRules
        if rules.foldsMethodCase, !rules.permitsUnconventionalMethod {
            warnings.append(
                "\(mention("casefold-http-method")) has no effect where methods in lower case are refused: add 'permit-unconventional-http-method', or remove it"
            )
        }
        if settings.trustsRequestIDs, settings.forwardedAllowIPs.isEmpty {
            warnings.append(
                "\(mention("trust-request-id")) has no effect where nobody is trusted: name peers in 'forwarded-allow-ips', or remove it"
            )
        }
        if let origin = origins["address-connections"], settings.addressConnections > 0,
            settings.forwardedAllowIPs.contains("*")
        {
            warnings.append(
                "\(origin.mention("address-connections")) has no effect where every peer speaks for others: name the proxies in 'forwarded-allow-ips' instead of '*'"
            )
        }
        return warnings
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

    /// Whether a page is there for whoever these settings are for: at the top, for all that stands below it too.
    private func hasPages(beside settings: Settings) -> Bool {
        !settings.errorPages.isEmpty
            || (applications.map(\.settings) + routes.map(\.settings)).contains {
                $0.interceptsErrors && !$0.errorPages.isEmpty
            }
    }
}
