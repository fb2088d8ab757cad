import ArgumentParser
import Settings

extension Section {
    static let orderedFiles = Section(
        title: "Files that applications have sent",
        note: "What the fields do is told in [applications-say.md](applications-say.md).",
        declarations: [
            Declaration(
                "x-sendfile-root", nil, "DIR", .path, \.sendfileRoots, scope: .application,
                """
                Folder that `X-Sendfile: PATH` of an application may name files in, repeatable. A relative path \
                begins in the first. Without it the field is dropped. Stops an application that passes on a \
                client's text from giving any file away.
                """),
            Declaration(
                "x-accel-root", nil, "PREFIX=DIR", .accelRoot, \.accelRoots, scope: .application,
                """
                Folder that `X-Accel-Redirect: PREFIX…` of an application names files in, repeatable. Both begin \
                with a slash: `/protected/=/srv/files`. A path with no such prefix is answered as if it had \
                been asked for. Without the setting the field is dropped.
                """),
        ])
}

/// The options of ``Section/orderedFiles``.
struct OrderedFileOptions: DeclaredOptions {
    @Option(declared: "x-sendfile-root") var xSendfileRoot: [String] = []
    @Option(declared: "x-accel-root") var xAccelRoot: [String] = []
}

extension ValueKind where Value == AccelRoot {
    /// `PREFIX=DIR`, both absolute. The prefix ends at a slash, whether it is written or not.
    static var accelRoot: Self {
        Self { text throws(Refusal) in
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts.allSatisfy({ $0.hasPrefix("/") }) else {
                throw .write("/PREFIX/=/FOLDER")
            }
            let prefix = parts[0].hasSuffix("/") ? String(parts[0]) : parts[0] + "/"
            return AccelRoot(prefix: prefix, folder: String(parts[1]))
        } show: {
            "\($0.prefix)=\($0.folder)"
        }
    }
}
