// What is said of a process that takes long to accept. It depends on what the process is doing: a Python application imports,
// php-cgi and the CGI responder are programs that are known to accept, and only of `exec:` it may be asked what it is.

import Logging

/// The words for the boot of an application's processes.
package struct BootReport: Sendable {
    /// What the processes do until they accept.
    package enum Work: Equatable, Sendable {
        /// They import a Python application.
        case importing(String)
        /// They are a program that accepts, once it runs.
        case starting(String)
        /// They are any program.
        case unknown
    }

    package let work: Work
    /// Who runs it, and where: `user www-data in '/srv/shop'`.
    package let place: String

    package init(_ kind: ApplicationKind, place: String) {
        self.place = place
        switch kind {
        case .wsgi(let target): work = .importing(target)
        case .php: work = .starting("php-cgi")
        case .cgi: work = .starting("the CGI responder")
        case .exec, .fcgi, .swift, .files: work = .unknown
        }
    }

    /// A process does not accept yet.
    package func slow(after seconds: UInt64) -> AlikeReports.Report {
        switch work {
        case .importing(let target):
            let after = " after \(seconds) s, as \(place)"
            return report(.warning, before: "'\(target)' is still being imported by ", after, after)
        case .starting(let program):
            let after = " did not accept a connection for \(seconds) s, as \(place): \(program) is held up"
            return report(.warning, after, after)
        case .unknown:
            let after = " did not accept a connection for \(seconds) s, as \(place): \(Self.question)"
            return report(.warning, after, after)
        }
    }

    /// A process did not accept in time, and is killed.
    package func late(after seconds: UInt64) -> AlikeReports.Report {
        let limit = "within \(seconds) s (--boot-timeout)"
        switch work {
        case .importing(let target):
            let after = ", as \(place): raise --boot-timeout, or import less"
            return report(
                .error, before: "'\(target)' was not imported \(limit), KILL is sent: ", after, after)
        case .starting(let program):
            let after =
                " did not accept a connection \(limit), KILL is sent to it, as \(place): \(program) was held up"
            return report(.error, after, after)
        case .unknown:
            let after =
                " did not accept a connection \(limit), KILL is sent to it, as \(place): \(Self.question)"
            return report(.error, after, after)
        }
    }

    /// A process could not be started.
    package static func failed(_ reason: String) -> AlikeReports.Report {
        AlikeReports.Report(
            level: .error, before: "cannot start ", after: (one: ": \(reason)", many: ": \(reason)"))
    }

    /// A process has ended before it accepted.
    package static func ended(_ end: String) -> AlikeReports.Report {
        AlikeReports.Report(
            level: .error,
            after: (" \(end) before it accepted a connection", " \(end) before they accepted a connection"))
    }

    /// A process ends again and again.
    package static func pause(_ seconds: UInt64) -> AlikeReports.Report {
        let next = "next start in \(seconds) s"
        return AlikeReports.Report(
            level: .warning,
            after: (" ends soon after its start; \(next)", " end soon after their start; \(next)"))
    }

    private func report(
        _ level: AlikeReports.Level, before: String = "", _ one: String, _ many: String
    ) -> AlikeReports.Report {
        AlikeReports.Report(level: level, before: before, after: (one, many))
    }

    private static let question = "is it a FastCGI program that accepts on descriptor 0?"
}
