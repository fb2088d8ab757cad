/// What answers a request.
package enum Destination {
    /// The application of the route.
    case application
    /// A file of a site.
    case file(FoundFile)
    /// What is in a folder of a site.
    case listing(FolderListing)
    /// The same path with a slash: it is a folder.
    case redirect([UInt8])
    /// The client is sent elsewhere.
    case moved(status: Int, [UInt8])
    /// An answer that is always the same.
    case response(FixedResponse)
    /// Nobody.
    case refused(status: Int)
    /// Nobody, by a fault of the configuration, which the log tells.
    case lost(Loss)
}

/// Why a request leads nowhere.
package enum Loss: Int {
    case circle, exhaustion

    package var reason: String {
        switch self {
        case .circle: "routes have rewritten its path 10 times, and then once more: they go in a circle"
        case .exhaustion: "a route's pattern took too many steps for its path: write one that is plainer"
        }
    }
}
