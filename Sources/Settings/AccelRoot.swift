/// Where `X-Accel-Redirect: PREFIX…` finds files.
package struct AccelRoot: Equatable, Sendable {
    /// A decoded path that begins and ends with a slash.
    package let prefix: String
    /// A folder, absolute.
    package let folder: String

    package init(prefix: String, folder: String) {
        self.prefix = prefix
        self.folder = folder
    }
}
