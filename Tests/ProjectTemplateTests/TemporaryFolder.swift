import Syscalls

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var generator = SystemRandomNumberGenerator()
        let number = String(generator.next(), radix: 36)
        path = "/tmp/gateway-project-\(SystemProcess.id)-\(number)"
        try Files.createFolder(path)
    }

    deinit { _ = try? Self.remove(path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }

    /// Makes what tells the gateway's package from others.
    func makePackage(_ name: String) throws {
        try Files.createFolder(self / "\(name)/Sources/GatewayInterface")
        try Files.create(self / "\(name)/Package.swift", text: "", mode: 0o644)
    }

    private static func remove(_ folder: String) throws {
        for entry in try Files.list(folder) {
            let path = "\(folder)/\(entry.name)"
            if entry.kind == .directory { try remove(path) } else { Files.remove(path) }
        }
        try Files.removeFolder(folder)
    }
}
