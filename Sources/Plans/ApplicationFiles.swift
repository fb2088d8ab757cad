/// What belongs to an application on disk.
package struct ApplicationFiles: Equatable, Sendable {
    /// Folders whose files with one of the suffixes count, those of the folders below included.
    package var folders: [String] = []
    package var suffixes: [String] = []
    /// Single files.
    package var files: [String] = []

    package init() {}

    /// Watches what `other` watches too.
    package mutating func add(_ other: ApplicationFiles) {
        folders += other.folders.filter { !folders.contains($0) }
        suffixes += other.suffixes.filter { !suffixes.contains($0) }
        files += other.files.filter { !files.contains($0) }
    }
}
