import Syscalls

extension MediaTypes {
    /// The table that the settings ask for.
    static func read(_ settings: Settings) throws(ConfigurationError) -> MediaTypes {
        guard let path = settings.mediaTypesFile else { return .builtin }
        guard Files.status(path)?.kind == .regular else {
            throw .environment("there is no file '\(path)' (--mime-types): name one, as /etc/mime.types")
        }
        do throws(SyscallError) {
            return MediaTypes(try Files.contents(path, limit: Self.limit))
        } catch {
            throw .environment("cannot read '\(path)' (--mime-types): \(error.reason)")
        }
    }

    /// Octets of such a file that are read.
    private static var limit: Int { 1 << 20 }
}
