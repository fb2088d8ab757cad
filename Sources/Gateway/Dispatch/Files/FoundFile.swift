import HTTP

/// A file of a site, open, with what its name says about it.
struct FoundFile {
    /// What is sent: the file, or a coded copy of it.
    let file: OutgoingFile
    /// The type of the file itself.
    let type: MediaTypes.Place
    let coding: ContentCoding?
    let rules: FileRules
}
