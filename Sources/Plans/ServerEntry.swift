import Settings

/// A server of an external application, as the argument names it.
package struct ServerEntry: Equatable, Sendable {
    package let bind: BindAddress
    /// Its share of the requests, against that of the others; 1 to 1000.
    package var weight = 1
    /// Whether it is used only when all others are out.
    package var isBackup = false

    /// Reads `ADDRESS`, or several with commas between them, each perhaps with `weight=N` and `backup` behind it.
    package static func list(_ text: String) throws(ConfigurationError) -> [ServerEntry] {
        var entries: [ServerEntry] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: " ").map(String.init)
            guard let address = words.first else {
                throw .usage("'\(text)' names an empty server: write ADDRESS, or ADDRESS,ADDRESS")
            }
            guard !address.hasPrefix("*") else {
                throw .usage("'\(address)' is no server: write the host, as 127.0.0.1:9000")
            }
            var entry = ServerEntry(bind: try BindAddress(parsing: address))
            for word in words.dropFirst() {
                if word == "backup" {
                    entry.isBackup = true
                } else if word.hasPrefix("weight="), let weight = Int(word.dropFirst(7)),
                    (1...1000).contains(weight)
                {
                    entry.weight = weight
                } else {
                    throw .usage(
                        "'\(word)' says nothing about a server: write weight=1 to weight=1000, or backup")
                }
            }
            guard !entries.contains(where: { $0.bind == entry.bind }) else {
                throw .usage("'\(address)' is named twice: keep one, and give it a weight")
            }
            entries.append(entry)
        }
        return entries
    }
}
