import Glibc

extension Files {
    /// The first folder on the way to an absolute path that this process may not enter, access(2); `nil` where it may enter
    /// all of them.
    public static func closedFolder(onTheWayTo path: String) -> String? {
        var folder = ""
        for segment in path.split(separator: "/") {
            if access(folder.isEmpty ? "/" : folder, X_OK) != 0 { return folder.isEmpty ? "/" : folder }
            folder += "/" + segment
        }
        return nil
    }
}
