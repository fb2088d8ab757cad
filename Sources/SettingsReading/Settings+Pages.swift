// Pages and tables are read when the settings are, by whoever starts the gateway: workers may be another user.

import Routing
import Settings
import Syscalls

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

extension Settings {
    /// Reads the file of media types.
    ///
    /// - Parameter mention: The setting, as messages call it.
    mutating func loadMediaTypes(_ mention: String) throws(ConfigurationError) {
        guard let path = mediaTypesFile else { return }
        let text = try SettingsFile(path, mention).content()
        guard MediaTypes.hasTypes(text) else {
            throw .usage(
                "'\(path.oneLine)' (\(mention)) names no media type: it wants lines as 'text/html html htm', as /etc/mime.types has"
            )
        }
        mediaTypesText = text
    }
}
