import Settings

/// The variables that hosts set for whatever they run, and the settings that they stand for.
enum EnvironmentSource {
    /// Variables by the settings that they set. `PORT` is a port on every address, of both families.
    static let variables = [
        ("PORT", "bind"), ("WEB_CONCURRENCY", "workers"), ("FORWARDED_ALLOW_IPS", "forwarded-allow-ips"),
        ("TMPDIR", "temporary-folder"),
    ]

    /// What an environment says. An empty variable says nothing.
    static func given(
        _ value: (String) -> String?
    ) throws(ConfigurationError) -> [String: Given] {
        var given: [String: Given] = [:]
        for (variable, name) in variables {
            guard var text = value(variable), !text.isEmpty else { continue }
            if variable == "PORT" {
                guard UInt16(text) != nil else {
                    throw .usage("PORT is '\(text)': write a port up to 65535, or unset it")
                }
                text = ":\(text)"
            }
            given[name] = Given(name, [text], .environment(variable))
        }
        return given
    }
}
