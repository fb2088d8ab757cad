// A route as the configuration says it: which requests it is for, and what becomes of them. A plain value, made before
// the fork.

import Octets

/// Which requests go where.
struct RoutePlan: Equatable, Sendable {
    /// What becomes of a request for which no folder has a file.
    enum Action: Equatable, Sendable {
        /// The application with this index.
        case application(Int)
        /// The client is sent elsewhere.
        case redirect(status: Int, RedirectTemplate)
        /// An answer that is always the same.
        case respond(FixedResponse)
        /// The path is another one, which is routed anew.
        case rewrite
        /// There is nothing.
        case notFound
    }

    /// Empty for every host.
    var hosts: [HostPattern] = []
    /// Any one of them; never empty.
    var paths = [PathPattern.everything]
    /// Any one of them, where there are some; the paths do not count then.
    var patterns: [PathExpression] = []
    /// A folder that has nothing by the path.
    var missing: String?
    /// Empty for every method.
    var methods: [[UInt8]] = []
    /// All of them.
    var fields: [FieldCondition] = []
    /// Whether only an application's redirects lead here; for clients there is nothing then.
    var isInternal = false
    /// Folders whose files are served, the first one that has the file.
    var folders: [String] = []
    var action = Action.notFound
    /// Whether the matched part of the path is SCRIPT_NAME, and the rest alone the path.
    var stripsPrefix = false
    /// What takes the place of the matched part of the path.
    var replacement: [UInt8]?
    /// What the whole path becomes, and the query.
    var rewrite: RewriteTemplate?
    /// Where the application is mounted, whatever is matched.
    var mount: RouteMount?
    /// The application that is asked first.
    var authorizer: Int?
    var limits: RouteLimits
    var answers = AnswerPlan()
    /// How it answers with files.
    var files = FileSettings()

    /// Everything goes to one application.
    static func everything(
        to application: Int, _ limits: RouteLimits, _ answers: AnswerPlan = AnswerPlan(),
        _ files: FileSettings = FileSettings()
    ) -> RoutePlan {
        RoutePlan(action: .application(application), limits: limits, answers: answers, files: files)
    }
}

/// A path that SCRIPT_NAME is.
struct RouteMount: Equatable, Sendable {
    /// Without a slash at its end.
    let path: [UInt8]
    /// Whether the paths of the route begin with it, so that it is taken off; else it comes on top.
    let isTakenOff: Bool
    /// It and all below it.
    let paths: PathPattern

    init(_ path: [UInt8], isTakenOff: Bool) {
        self.path = path
        self.isTakenOff = isTakenOff
        paths = .prefix(path + [ASCII.slash])
    }
}

/// Time and size that a route's requests may take.
struct RouteLimits: Equatable, Sendable {
    /// Milliseconds until an application begins to answer, and between two parts of its answer.
    let timeout: UInt64
    /// Milliseconds in a queue.
    let queueTimeout: UInt64
    /// Octets of a request body.
    let body: UInt64
    /// Octets that are kept in memory.
    let bufferMemory: Int
    /// Octets of an answer that may wait for a slow client.
    let buffer: Int
    /// Whether the application gets a body of known length as it comes.
    let streamsBody: Bool

    init(_ settings: Settings) {
        timeout = UInt64(settings.timeout) * 1000
        queueTimeout = UInt64(settings.queueTimeout) * 1000
        body = settings.bodyLimit
        bufferMemory = settings.bufferMemory
        buffer = settings.bufferLimit
        streamsBody = settings.streamsRequestBody
    }
}

/// An answer that is always the same.
struct FixedResponse: Equatable, Sendable {
    let status: Int
    let text: [UInt8]
    let contentType: [UInt8]
}
