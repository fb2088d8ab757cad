// Several applications in one configuration file: each is a copy of the responder under the application's name, so that
// the system can be asked which process belongs to which of them.

import Syscalls
import Testing

/// A configuration file that sends `/NAME/…` to the application `NAME`.
struct SiteFile {
    /// Lines at the top level.
    var general = ["bind: 127.0.0.1:0", "workers: 2"]
    /// The lines of each application, in the order of the file.
    private(set) var applications: [(name: String, lines: [String])]

    init(_ applications: KeyValuePairs<String, [String]>) {
        self.applications = applications.map { ($0.key, $0.value) }
    }

    /// The lines of one application; `nil` where there is none.
    subscript(name: String) -> [String]? {
        get { applications.first { $0.name == name }?.lines }
        set {
            let place = applications.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let lines?): applications[place].lines = lines
            case (let place?, nil): applications.remove(at: place)
            case (nil, let lines?): applications.append((name, lines))
            case (nil, nil): break
            }
        }
    }

    var text: String {
        var lines = general + ["applications:"]
        for (name, settings) in applications {
            lines.append("  \(name):")
            let runs = settings.contains { $0.hasPrefix("run:") }
            lines += ((runs ? [] : ["run: exec:./\(name)"]) + settings).map { "    " + $0 }
        }
        lines.append("routes:")
        for (name, _) in applications {
            lines += ["- path: /\(name)/*", "  application: \(name)", "  strip-prefix: true"]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension GatewayProcess {
    static let siteFile = "site.yaml"

    /// Writes the file that the gateway goes by.
    func write(_ file: SiteFile) throws { try TextFile.write(file.text, to: folder / Self.siteFile) }

    /// Writes the file, has it read anew, and waits until what it says serves.
    func reload(_ file: SiteFile, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = reloads
        try write(file)
        signal(.hup)
        try eventually("the new generation serves", sourceLocation: sourceLocation) { reloads > before }
    }

    /// How many reloads have come to their end.
    var reloads: Int { log.split(separator: "serves, the old one drains").count }

    /// The running processes of an application, cheaply enough to be looked at again and again.
    func pids(of application: String) -> [ProcessID] {
        let program = folder / application
        // A list that is read while a process ends may lack another one: the longest of several is true.
        let lists = (0..<3).map { _ in children.filter { Files.absolutePath("/proc/\($0)/exe") == program } }
        return lists.max { $0.count < $1.count } ?? []
    }

    private var children: [ProcessID] {
        (Files.text("/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ").compactMap {
            ProcessID($0)
        }
    }

    /// The pid that answers a request to an application.
    func answeringProcess(
        of application: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ProcessID {
        let response = try get("/\(application)/pid", sourceLocation: sourceLocation)
        return try #require(ProcessID(response.text), "\(response)", sourceLocation: sourceLocation)
    }
}

extension TemporaryFolder {
    /// Puts the responder there under the name of an application, in the place of what was there.
    func addResponder(_ name: String) throws {
        try run("cp", CProgram.responder.path, self / "\(name).new")
        try Files.rename(self / "\(name).new", to: self / name)
    }

    /// Puts a shell script there.
    func addScript(_ name: String, _ text: String) throws {
        try TextFile.write("#!/bin/sh\n\(text)\n", to: self / name, mode: 0o755)
    }
}

/// Runs `body` with a gateway that serves several applications.
///
/// - Parameter prepare: Makes what the folder is to have beside a responder for each application.
func withSite(
    _ file: SiteFile, environment: [String] = [], sourceLocation: SourceLocation = #_sourceLocation,
    prepare: (TemporaryFolder) throws -> Void = { _ in }, _ body: (GatewayProcess) throws -> Void
) throws {
    let folder = try TemporaryFolder()
    for (name, _) in file.applications { try folder.addResponder(name) }
    try prepare(folder)
    try TextFile.write(file.text, to: folder / GatewayProcess.siteFile)
    try GatewayProcess(
        nil, ["--config", GatewayProcess.siteFile], environment: environment, folder: folder
    ).use(sourceLocation: sourceLocation, body)
}
