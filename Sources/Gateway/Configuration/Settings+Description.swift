extension Settings {
    /// Every setting as a line `name = value`, by the names of the command line.
    var lines: [String] {
        [
            ("access-log", accessLog ?? ""), ("backlog", "\(backlog)"),
            ("bind", binds.map(\.description).joined(separator: " ")), ("body-timeout", "\(bodyTimeout)"),
            ("buffer-limit", "\(bufferLimit)"), ("buffer-memory", "\(bufferMemory)"),
            ("chdir", directory ?? ""), ("error-log", errorLog), ("graceful-timeout", "\(gracefulTimeout)"),
            ("header-timeout", "\(headerTimeout)"), ("keep-alive", "\(keepAlive)"),
            ("limit-request-body", "\(bodyLimit)"),
            ("limit-request-field-size", "\(requestLimits.fieldLine)"),
            ("limit-request-fields", "\(requestLimits.fieldCount)"),
            ("limit-request-head", "\(requestLimits.head)"),
            ("limit-request-line", "\(requestLimits.requestLine)"),
            ("log-level", logLevel.rawValue), ("pid", pidFile ?? ""),
            ("processes", processes.map(String.init) ?? "\(ApplicationPlan.defaultProcesses)"),
            ("python", python ?? ""),
            ("queue-size", "\(queueSize)"), ("queue-timeout", "\(queueTimeout)"), ("root", root ?? ""),
            ("send-timeout", "\(sendTimeout)"), ("temporary-folder", temporaryFolder),
            ("threads", "\(threads)"),
            ("timeout", "\(timeout)"), ("worker-connections", "\(workerConnections)"),
            ("workers", "\(workers)"),
        ].map { name, value in "\(name) = \(value)" }
    }
}
