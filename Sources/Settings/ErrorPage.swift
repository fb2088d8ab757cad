// Pages of a site's own for errors. They are read when the settings are, by whoever starts the gateway, so that an error needs
// nothing that could be missing just then.

/// A page in the place of the gateway's own.
package struct ErrorPage: Equatable, Sendable {
    /// The statuses that it is for.
    package let statuses: [Int]
    /// Where it is.
    package let path: String
    /// What is in it, once it was read.
    package var text: [UInt8] = []

    package init(statuses: [Int], path: String) {
        self.statuses = statuses
        self.path = path
    }
}
