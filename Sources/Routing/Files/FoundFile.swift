import HTTP

/// A file of a site, open, with what its name says about it.
package struct FoundFile {
    /// What is sent: the file, or a coded copy of it.
    package let file: OutgoingFile
    /// The type of the file itself.
    package let type: MediaTypes.Place
    package let coding: ContentCoding?
    package let rules: FileRules

    package init(file: OutgoingFile, type: MediaTypes.Place, coding: ContentCoding?, rules: FileRules) {
        self.file = file
        self.type = type
        self.coding = coding
        self.rules = rules
    }
}
