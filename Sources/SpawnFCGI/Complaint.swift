import Syscalls

/// One line for a person, and the code that the command ends with.
struct Complaint: Error, Equatable {
    /// The code for what is wrong with the arguments or the surroundings.
    static let usageCode: Int32 = 255

    let message: String
    /// Whether the help follows.
    let showsHelp: Bool
    let code: Int32

    init(_ message: String, showsHelp: Bool = false, code: Int32 = Self.usageCode) {
        self.message = message
        self.showsHelp = showsHelp
        self.code = code
    }

    func tell() {
        Self.warn(message)
        if showsHelp { SpawnFCGI.say(Usage.help) }
    }

    /// A line that ends nothing.
    static func warn(_ message: String) { try? Descriptor.writeText(2, "\(SpawnFCGI.name): \(message)\n") }
}
