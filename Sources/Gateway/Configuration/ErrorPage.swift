// Pages of a site's own for errors. They are read when the settings are, by whoever starts the gateway, so that an error needs
// nothing that could be missing just then.

/// A page in the place of the gateway's own.
struct ErrorPage: Equatable, Sendable {
    /// The statuses that it is for.
    let statuses: [Int]
    /// Where it is.
    let path: String
    /// What is in it, once it was read.
    fileprivate(set) var text: [UInt8] = []

    init(statuses: [Int], path: String) {
        self.statuses = statuses
        self.path = path
    }
}

extension Settings {
    /// Reads what is to be at hand in every worker.
    ///
    /// - Parameter mention: The setting, as messages call it.
    mutating func loadErrorPages(_ mention: String) throws(ConfigurationError) {
        for index in errorPages.indices {
            errorPages[index].text = try SettingsFile(errorPages[index].path, mention).content()
        }
    }
}
