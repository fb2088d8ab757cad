// Pages of a site's own for errors. They are read when the settings are, by whoever starts the gateway, so that an error needs
// nothing that could be missing just then.

import Octets
import Syscalls

/// A page in the place of the gateway's own.
struct ErrorPage: Equatable, Sendable {
    /// Octets that a page may have. Each worker has them in memory, and sends them for requests that cost a client nothing.
    static let limit = 1 << 20

    /// The statuses that it is for.
    let statuses: [Int]
    /// Where it is.
    let path: String
    /// What is in it, once it was read.
    private(set) var text: [UInt8] = []

    init(statuses: [Int], path: String) {
        self.statuses = statuses
        self.path = path
    }

    /// Reads it.
    mutating func load() throws(ConfigurationError) {
        func refusal(_ reason: String) -> ConfigurationError {
            .environment("cannot use '\(path)' (--error-page): \(reason)")
        }
        do {
            text = try Files.content(path, limit: Self.limit)
        } catch {
            throw refusal(
                error.isTooLarge
                    ? "it has more than \(OctetCount.text(Self.limit)): name a smaller file"
                    : "\(error): name a file that this user may read")
        }
    }
}

extension Settings {
    /// Reads what is to be at hand in every worker.
    mutating func loadErrorPages() throws(ConfigurationError) {
        for index in errorPages.indices { try errorPages[index].load() }
    }
}

extension SettingsLoader.Reading {
    /// Reads the pages of the gateway, of its applications and of its routes.
    mutating func loadErrorPages() throws(ConfigurationError) {
        try settings.loadErrorPages()
        for index in applications.indices {
            let part = applications[index].part
            do throws(ConfigurationError) { try applications[index].settings.loadErrorPages() } catch {
                throw error.prefixed("\(part.place): '\(part.name)': ")
            }
        }
        for index in routes.indices {
            do throws(ConfigurationError) { try routes[index].settings.loadErrorPages() } catch {
                throw error.prefixed("\(routes[index].part.place): ")
            }
        }
    }
}
