// `--reload`: a change of the application's files is a HUP. Folders are watched, not files: editors replace a file by
// another one, and new files count too.

import EventLoop
import Logging
import Plans
import Syscalls

/// Watches files and says which has changed, once for a burst of changes.
final class Reloader: Source {
    /// How long a burst lasts, in milliseconds: an editor or a checkout writes several files.
    private static let pause: UInt64 = 100
    /// Folders at the most; a whole disk is nobody's application.
    private static let folderLimit = 10_000

    /// How often a folder that has gone is looked for, in milliseconds.
    private static let lookInterval: UInt64 = 500

    let files: ApplicationFiles
    private let watch: FileWatch
    private unowned let loop: EventLoop
    private let log: Logger
    private let changed: (String) -> Void
    /// The folders by their watches.
    private var folders: [CInt: String] = [:]
    /// Those whose files count by their suffixes.
    private var recursive: Set<CInt> = []
    /// Those of ``files``, and those that single files are in.
    private let roots: Set<String>
    /// Of these, those that have gone.
    private var missing: Set<String> = []
    private var firstChange: String?

    /// - Parameter changed: Called with the path of the first file of a burst.
    init(
        _ files: ApplicationFiles, loop: EventLoop, log: Logger, changed: @escaping (String) -> Void
    ) throws(SyscallError) {
        self.files = files
        roots = Set(files.folders + files.files.map(Self.folder))
        watch = try FileWatch()
        self.loop = loop
        self.log = log
        self.changed = changed
        super.init(number: watch.descriptor.number)
        try loop.add(self, .readable)
        for folder in roots { addRoot(folder) }
        log.info("watching the files in \(folders.count) folder\(folders.count == 1 ? "" : "s") for changes")
    }

    /// Watches nothing any more.
    func stop() { if isWatched { loop.remove(self) } }

    private func addRoot(_ folder: String) {
        if add(folder, isRecursive: files.folders.contains(folder)) == nil { missing.insert(folder) }
        if !missing.isEmpty { deadline = loop.now + Self.lookInterval }
    }

    /// - Returns: A file below the folder that counts, or the folder itself where there is none; `nil` where there is no
    ///   folder.
    @discardableResult
    private func add(_ folder: String, isRecursive: Bool) -> String? {
        guard folders.count < Self.folderLimit else {
            log.warning("more than \(Self.folderLimit) folders: changes in '\(folder)' go unseen")
            return folder
        }
        do {
            let number = try watch.add(folder)
            folders[number] = folder
            guard isRecursive, recursive.insert(number).inserted else { return folder }
            // The watch is there before the look: what comes meanwhile is seen by one of the two.
            return try contents(of: folder) ?? folder
        } catch {
            // A folder may go as quickly as it came.
            if Files.status(folder) != nil {
                log.warning("cannot watch '\(folder)' (--reload): \(error.reason)")
            }
            return nil
        }
    }

    private func contents(of folder: String) throws(SyscallError) -> String? {
        var found: String?
        for entry in try Files.list(folder) {
            let path = folder + "/" + entry.name
            if entry.kind != .directory {
                if isCounted(entry.name) { found = path }
            } else if Self.isSource(entry.name), Files.status(path + "/pyvenv.cfg") == nil {
                // The libraries of a virtual environment do not change while somebody works on an application.
                if let below = add(path, isRecursive: true), below != path { found = below }
            }
        }
        return found
    }

    private func isCounted(_ name: String) -> Bool { files.suffixes.contains { name.hasSuffix($0) } }

    private static func isSource(_ folder: String) -> Bool {
        !folder.hasPrefix(".") && folder != "__pycache__" && folder != "node_modules"
    }

    private static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    // MARK: Changes

    override func ready(_ events: Epoll.Events) {
        while let event = watch.next() { notice(event) }
    }

    private func notice(_ event: FileWatch.Event) {
        if event.changes.contains(.overflow) { return begin("many files") }
        guard let folder = folders[event.watch] else { return }
        if event.changes.contains(.ended) { return forget(event.watch, folder) }
        if event.changes.contains(.movedAway) {
            // Another one may come in its place. For the folders below, the one above them says so.
            if roots.contains(folder) { watch.remove(event.watch) }
            return
        }
        let path = folder + "/" + event.name
        let isRecursive = recursive.contains(event.watch)
        if event.changes.contains(.isDirectory) {
            guard isRecursive, Self.isSource(event.name) else { return }
            noticeFolder(path, event.changes)
        } else if !event.changes.isDisjoint(with: [.written, .movedIn, .movedOut, .deleted]) {
            // A file that was only made is still empty; its writer closes it.
            if isRecursive && isCounted(event.name) || files.files.contains(path) { begin(path) }
        }
    }

    private func noticeFolder(_ path: String, _ changes: FileWatch.Changes) {
        if changes.contains(.movedOut) {
            for (number, folder) in folders where folder == path || folder.hasPrefix(path + "/") {
                watch.remove(number)
            }
            begin(path)
        } else if !changes.isDisjoint(with: [.created, .movedIn]), let file = add(path, isRecursive: true),
            file != path
        {
            // It did not come alone.
            begin(file)
        }
    }

    private func forget(_ number: CInt, _ folder: String) {
        folders[number] = nil
        recursive.remove(number)
        guard roots.contains(folder) else { return }
        missing.insert(folder)
        if deadline == 0 { deadline = loop.now + Self.lookInterval }
    }

    private func begin(_ path: String) {
        guard firstChange == nil else {
            // A single file may be the program itself, which wants more than a reload.
            if files.files.contains(path) { firstChange = path }
            return
        }
        firstChange = path
        deadline = loop.now + Self.pause
    }

    override func deadlinePassed() {
        for folder in missing where Files.isReadableDirectory(folder) {
            missing.remove(folder)
            addRoot(folder)
            let file = files.files.first { Self.folder(of: $0) == folder && Files.status($0) != nil }
            firstChange = firstChange ?? file ?? (files.folders.contains(folder) ? folder : nil)
        }
        if !missing.isEmpty { deadline = loop.now + Self.lookInterval }
        guard let path = firstChange else { return }
        firstChange = nil
        changed(path)
    }
}
