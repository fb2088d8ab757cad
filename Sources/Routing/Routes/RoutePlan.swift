// A route as the configuration says it: which requests it is for, and what becomes of them. A plain value, made before
// the fork.

import Octets
import Settings

/// Which requests go where.
package struct RoutePlan: Equatable, Sendable {
    /// What becomes of a request for which no folder has a file.
    package enum Action: Equatable, Sendable {
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
    package var hosts: [HostPattern] = []
    /// Any one of them; never empty.
    package var paths = [PathPattern.everything]
    /// Any one of them, where there are some; the paths do not count then.
    package var patterns: [PathExpression] = []
    /// A folder that has nothing by the path.
    package var missing: String?
    /// Empty for every method.
    package var methods: [[UInt8]] = []
    /// All of them.
    package var fields: [FieldCondition] = []
    /// Whether only an application's redirects lead here; for clients there is nothing then.
    package var isInternal = false
    /// Folders whose files are served, the first one that has the file.
    package var folders: [String] = []
    package var action = Action.notFound
    /// Whether the matched part of the path is SCRIPT_NAME, and the rest alone the path.
    package var stripsPrefix = false
    /// What takes the place of the matched part of the path.
    package var replacement: [UInt8]?
    /// What the whole path becomes, and the query.
    package var rewrite: RewriteTemplate?
    /// Where the application is mounted, whatever is matched.
    package var mount: RouteMount?
    /// The application that is asked first.
    package var authorizer: Int?
    package var limits: RouteLimits
    package var answers = AnswerPlan()
    /// How it answers with files.
    package var files = FileSettings()

    package init(
        hosts: [HostPattern] = [], paths: [PathPattern] = [PathPattern.everything],
        patterns: [PathExpression] = [], missing: String? = nil, methods: [[UInt8]] = [],
        fields: [FieldCondition] = [], isInternal: Bool = false, folders: [String] = [],
        action: Action = Action.notFound, stripsPrefix: Bool = false, replacement: [UInt8]? = nil,
        rewrite: RewriteTemplate? = nil, mount: RouteMount? = nil, authorizer: Int? = nil,
        limits: RouteLimits, answers: AnswerPlan = AnswerPlan(), files: FileSettings = FileSettings()
    ) {
        self.hosts = hosts
        self.paths = paths
        self.patterns = patterns
        self.missing = missing
        self.methods = methods
        self.fields = fields
        self.isInternal = isInternal
        self.folders = folders
        self.action = action
        self.stripsPrefix = stripsPrefix
        self.replacement = replacement
        self.rewrite = rewrite
        self.mount = mount
        self.authorizer = authorizer
        self.limits = limits
        self.answers = answers
        self.files = files
    }

    /// Everything goes to one application.
    package static func everything(
        to application: Int, _ limits: RouteLimits, _ answers: AnswerPlan = AnswerPlan(),
        _ files: FileSettings = FileSettings()
    ) -> RoutePlan {
        RoutePlan(action: .application(application), limits: limits, answers: answers, files: files)
    }
}

/// A path that SCRIPT_NAME is.
package struct RouteMount: Equatable, Sendable {
    /// Without a slash at its end.
    package let path: [UInt8]
    /// Whether the paths of the route begin with it, so that it is taken off; else it comes on top.
    package let isTakenOff: Bool
    /// It and all below it.
    package let paths: PathPattern

    package init(_ path: [UInt8], isTakenOff: Bool) {
        self.path = path
        self.isTakenOff = isTakenOff
        paths = .prefix(path + [ASCII.slash])
    }
}

/// Time and size that a route's requests may take.
package struct RouteLimits: Equatable, Sendable {
    /// Milliseconds until an application begins to answer, and between two parts of its answer.
    package let timeout: UInt64
    /// Milliseconds in a queue.
    package let queueTimeout: UInt64
    /// Octets of a request body.
    package let body: UInt64
    /// Octets that are kept in memory.
    package let bufferMemory: Int
    /// Octets of an answer that may wait for a slow client.
    package let buffer: Int
    /// Whether the application gets a body of known length as it comes.
    package let streamsBody: Bool

    package init(_ settings: Settings) {
        timeout = UInt64(settings.timeout) * 1000
        queueTimeout = UInt64(settings.queueTimeout) * 1000
        body = settings.bodyLimit
        bufferMemory = settings.bufferMemory
        buffer = settings.bufferLimit
        streamsBody = settings.streamsRequestBody
    }
}

/// An answer that is always the same.
package struct FixedResponse: Equatable, Sendable {
    package let status: Int
    package let text: [UInt8]
    package let contentType: [UInt8]

    package init(status: Int, text: [UInt8], contentType: [UInt8]) {
        self.status = status
        self.text = text
        self.contentType = contentType
    }
}
