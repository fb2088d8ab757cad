// A reload compares settings as values. What only workers go by may change while application processes go on.

extension Settings {
    /// Whether processes of an application that were started by `other` may go on by these settings: only workers, or the
    /// gateway as a whole, go by what differs.
    package func areServed(byProcessesOf other: Settings) -> Bool {
        var own = self
        own.takeLimitsOfRequests(from: other)
        own.takeServersRules(from: other)
        own.takeWorkers(from: other)
        own.takeFrontDoor(from: other)
        own.takeSurroundings(from: other)
        return own == other
    }

    /// What workers know of an application's requests and responses.
    private mutating func takeLimitsOfRequests(from other: Settings) {
        timeout = other.timeout
        queueTimeout = other.queueTimeout
        queueSize = other.queueSize
        bodyLimit = other.bodyLimit
        bufferMemory = other.bufferMemory
        bufferLimit = other.bufferLimit
        parameters = other.parameters
        mediaTypesFile = other.mediaTypesFile
        mediaTypesText = other.mediaTypesText
        compression.limit = other.compression.limit
        serverField = other.serverField
        // A page that was read anew is another page for the workers alone.
        if errorPages.map(\.path) == other.errorPages.map(\.path),
            errorPages.map(\.statuses) == other.errorPages.map(\.statuses)
        {
            errorPages = other.errorPages
        }
    }

    /// How workers use servers that are not the gateway's.
    private mutating func takeServersRules(from other: Settings) {
        external.balance = other.external.balance
        external.connectTimeout = other.external.connectTimeout
        external.sendTimeout = other.external.sendTimeout
        external.maxFails = other.external.maxFails
        external.failTimeout = other.external.failTimeout
        external.retry = other.external.retry
    }

    private mutating func takeWorkers(from other: Settings) {
        binds = other.binds
        hasChosenBinds = other.hasChosenBinds
        reusesPort = other.reusesPort
        socketMode = other.socketMode
        socketOwner = other.socketOwner
        backlog = other.backlog
        workers = other.workers
        workerClass = other.workerClass
        maxRequests = other.maxRequests
        maxRequestsJitter = other.maxRequestsJitter
        maxWorkerMemory = other.maxWorkerMemory
        preloads = other.preloads
        offloadThreads = other.offloadThreads
        gracefulTimeout = other.gracefulTimeout
    }

    private mutating func takeFrontDoor(from other: Settings) {
        workerConnections = other.workerConnections
        keepAlive = other.keepAlive
        headerTimeout = other.headerTimeout
        bodyTimeout = other.bodyTimeout
        sendTimeout = other.sendTimeout
        requestLimits = other.requestLimits
        requestRules = other.requestRules
        temporaryLimit = other.temporaryLimit
        temporaryFolder = other.temporaryFolder
        bodyRate = other.bodyRate
        sendRate = other.sendRate
        addressConnections = other.addressConnections
        pipelineDepth = other.pipelineDepth
        workerBuffers = other.workerBuffers
        forwardedAllowIPs = other.forwardedAllowIPs
        forwardedFields = other.forwardedFields
        unbelievedFields = other.unbelievedFields
        proxyProtocol = other.proxyProtocol
        proxyAllowIPs = other.proxyAllowIPs
        trustsRequestIDs = other.trustsRequestIDs
        returnsRequestIDs = other.returnsRequestIDs
        trace = other.trace
    }

    private mutating func takeSurroundings(from other: Settings) {
        // Whether it is another release is told by what stands in the folder, and not by its path.
        folder = other.folder
        configurationFile = other.configurationFile
        processName = other.processName
        detaches = other.detaches
        reloads = other.reloads
        reloadExtraFiles = other.reloadExtraFiles
        pidFile = other.pidFile
        accessLog = other.accessLog
        accessLogFormat = other.accessLogFormat
        errorLog = other.errorLog
        logLevel = other.logLevel
    }
}
