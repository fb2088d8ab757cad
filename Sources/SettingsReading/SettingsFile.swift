// Files whose text becomes a part of the settings: pages and tables. They are read by whoever starts the gateway, so that a
// worker of another user needs no right to them, and an error nothing that could be missing just then.

import Settings
import Syscalls

/// A file that a setting names.
struct SettingsFile {
    /// Octets that it may have: every worker has them in memory.
    static let limit = 1 << 20

    private let path: String
    private let mention: String

    /// - Parameter mention: The setting, as messages call it.
    init(_ path: String, _ mention: String) {
        self.path = path
        self.mention = mention
    }

    /// What is in it.
    func content() throws(ConfigurationError) -> [UInt8] {
        switch Files.status(path)?.kind {
        case .directory: throw refusal("it is a folder: name a file in it")
        case .device, .other: throw refusal("it is no regular file: name one")
        case .regular, nil: break
        }
        do throws(SyscallError) {
            return try Files.content(path, limit: Self.limit)
        } catch {
            throw refusal(
                error.isTooLarge
                    ? "it has more than \(OctetCount.text(Self.limit)): name a smaller file"
                    : "\(error): name a file that this user may read")
        }
    }

    private func refusal(_ reason: String) -> ConfigurationError {
        .environment("cannot use '\(path.oneLine)' (\(mention)): \(reason)")
    }
}

extension SettingsLoader.Reading {
    /// Reads the files of the gateway, of its applications and of its routes.
    mutating func loadFiles() throws(ConfigurationError) {
        try settings.loadMediaTypes(mention("mime-types"))
        try settings.loadErrorPages(mention("error-page"))
        // What a part has not said itself was read, and found good, where it has it from.
        for index in applications.indices {
            let mention = applications[index].part.mention("error-page")
            try applications[index].settings.loadErrorPages(mention)
        }
        for index in routes.indices {
            let mention = routes[index].part.mention("error-page")
            try routes[index].settings.loadErrorPages(mention)
        }
    }

    /// A setting of the gateway, as messages call it.
    func mention(_ name: String) -> String { origins[name]?.mention(name) ?? "--\(name)" }
}

extension FileContent.Part {
    /// A setting of the part, as messages call it.
    func mention(_ name: String) -> String { settings[name]?.origin.mention(name) ?? "\(place): \(name)" }
}
