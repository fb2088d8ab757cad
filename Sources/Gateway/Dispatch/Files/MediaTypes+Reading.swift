// The file of --mime-types is read when the settings are, by whoever starts the gateway: workers may be another user.

import Syscalls

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

    /// The table that the settings ask for.
    var mediaTypes: MediaTypes { mediaTypesText.isEmpty ? .builtin : MediaTypes(mediaTypesText) }
}
