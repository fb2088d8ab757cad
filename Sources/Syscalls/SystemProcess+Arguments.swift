import CSyscalls

extension SystemProcess {
    /// Whether every argument that this process was started with is UTF-8. A `String` of one that is not is
    /// another name.
    public static var hasLegibleArguments: Bool {
        (0..<CSyscalls_argument_count()).allSatisfy {
            String(validatingCString: CSyscalls_argument($0)) != nil
        }
    }
}
