// What the command says to whoever started it, on the standard output and the standard error. A command waits for whoever reads
// it; a supervisor does not: nobody may read it any more, and its processes are to be replaced all the same.

import Syscalls

/// The standard output and the standard error of the command.
final class Voice {
    private var output: LogOutput?
    /// The standard error, where nobody waits for its reader.
    private(set) var errors: LogOutput?

    /// - Parameter waits: Whether whoever reads is waited for.
    init(waits: Bool) {
        guard !waits else { return }
        output = LogOutput(1)
        errors = LogOutput(2)
    }

    func say(_ text: String) { put(text, output, 1) }

    /// A line that ends nothing.
    func warn(_ message: String) { put("\(SpawnFCGI.name): \(message)\n", errors, 2) }

    /// Why the command ends.
    func tell(_ complaint: Complaint) {
        guard output != nil else { return complaint.tell() }
        warn(complaint.message)
        if complaint.showsHelp { say(Usage.help) }
        leave()
    }

    /// Writes what waits for a reader.
    ///
    /// - Returns: Whether nothing waits any more.
    func flush() -> Bool {
        // Both, whatever comes of the first.
        let results = [output?.flush(), errors?.flush()]
        return !results.contains(false)
    }

    /// Lets go of what it writes to: whoever waits for the end of the output would wait for this process.
    func leave() {
        output?.finish()
        errors?.finish()
        output = nil
        errors = nil
    }

    private func put(_ text: String, _ output: LogOutput?, _ number: CInt) {
        guard let output else {
            try? Descriptor.writeText(number, text)
            return
        }
        Array(text.utf8).withUnsafeBufferPointer { output.write($0) }
    }
}
