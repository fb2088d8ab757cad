// Where the gateway was started. Deployments put a new release beside the old one, switch a link, and reload: the link is what
// the person has entered, and only $PWD knows of it. So the folder is looked for anew by that path at each reading of the
// settings. One reading goes by one folder: its relative paths begin there, and what it starts runs there, also when the link is
// switched meanwhile.

import Syscalls

/// The folder that one reading of the settings goes by.
package struct WorkFolder: Equatable, Sendable {
    /// Relative paths begin here.
    package let path: String
    /// By which path it was looked for.
    package let start: String
    /// The folder itself; `nil` where nobody can hold it.
    package let reference: FolderReference?
    private let wasGone: Bool

    /// - Parameter reference: `nil` where there is nothing any more.
    /// - Parameter path: Where it is, where that is not where it was.
    package init(start: String, _ reference: FolderReference?, path: String? = nil) {
        self.start = start
        self.reference = reference
        self.path = path ?? reference?.path ?? start
        wasGone = reference == nil
    }

    /// A path that nobody looks at.
    package init(path: String) {
        (self.path, start, reference, wasGone) = (path, path, nil, false)
    }

    /// Whether it has been removed.
    package var isGone: Bool { reference?.isGone ?? wasGone }

    /// Why nothing can begin there.
    package var goneMessage: String {
        "the folder '\(start)', where the gateway was started, is gone: make it again, or start the gateway in another one"
    }

    /// Makes it the working folder of this process, which is about to start another one.
    package func enter() { try? reference?.enter() }

    package static func == (one: WorkFolder, other: WorkFolder) -> Bool {
        one.path == other.path && one.start == other.start && one.isSame(as: other)
    }

    /// Whether both are the same folder.
    package func isSame(as other: WorkFolder) -> Bool { reference?.identity == other.reference?.identity }
}

/// The folder where the gateway was started, by the path that the person knows it by.
package struct StartFolder: Sendable {
    /// That of this process. It is to be asked for before the process works elsewhere.
    package static let current = StartFolder()

    /// `$PWD` where that leads there, else the path without links.
    package let path: String
    private let first: FolderReference?

    private init() {
        first = try? FolderReference.find(".")
        let variable = SystemProcess.environmentValue("PWD")
        path = Self.path(
            working: SystemProcess.workingDirectory, variable: variable,
            leadsThere: { [first] in first != nil && Files.target($0) == first?.identity })
    }

    /// The path to go by.
    ///
    /// - Parameters:
    ///   - working: The path without links; `nil` where the folder has none any more.
    ///   - variable: `$PWD`, which is only a text: anybody may have set it, and changed the folder since.
    package static func path(working: String?, variable: String?, leadsThere: (String) -> Bool) -> String {
        if let variable, variable.hasPrefix("/"), leadsThere(variable) || working == nil { return variable }
        return working ?? "."
    }

    /// What the path leads to now. A folder that was only given another name is gone on in.
    package func look() -> WorkFolder {
        if let found = try? FolderReference.find(path) {
            // In a folder that was removed there is nothing, though another one may be at its path: that is the new one.
            return WorkFolder(start: path, found)
        }
        guard let first, !first.isGone else { return WorkFolder(start: path, nil) }
        return WorkFolder(start: path, first, path: first.currentPath)
    }
}
