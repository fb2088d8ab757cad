// What a request says about its script: a text, of which a part may be PATH_INFO. How much of it is the script's name is found
// out by looking (ScriptFinder), in another process; what follows from that for the script and its variables is here.

import Octets

/// A script that is there and may be run.
struct Script: Equatable {
    let path: [UInt8]
    /// Its working folder; `nil` for that of the responder.
    let directory: [UInt8]?
}

/// What a request names.
struct ScriptName: Equatable {
    /// The script's path, with what may be PATH_INFO behind it.
    let path: [UInt8]
    /// Octets at its beginning that are the folder of all scripts; `nil` where the whole path is that of the script.
    let folder: Int?
    /// Whether the request was not asked for it (--script).
    let isFixed: Bool
    /// FCGI_CHDIR
    let wantedDirectory: [UInt8]?

    /// The script whose path is so many octets of this one.
    func script(end: Int) -> Script {
        let path = Array(path[..<end])
        let slash = path.lastIndex(of: ASCII.slash) ?? 0
        let folder = slash == 0 ? [ASCII.slash] : Array(path[..<slash])
        guard let wantedDirectory else { return Script(path: path, directory: folder) }
        return Script(
            path: path, directory: wantedDirectory == [UInt8(ascii: "-")] ? nil : wantedDirectory)
    }

    /// Sets right what a request says of a script that was only found by looking.
    func settle(_ params: inout ScriptParams, end: Int) {
        if isFixed { params.set("SCRIPT_FILENAME", path) }
        guard let folder else { return }
        let info = Array(path[end...])
        params.set("PATH_INFO", info.isEmpty ? nil : info)
        if !info.isEmpty { params.set("SCRIPT_NAME", Array(path[folder..<end])) }
    }
}
