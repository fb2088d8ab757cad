// What several processes of an application have to report alike is one line with a count. Five processes that miss the same module
// would say the same thing five times, and push out of sight what else is in the log. So a report waits a moment for others
// like it. Nothing here reads a clock or writes a log.

import Logging

/// Reports of an application's processes that wait for others like them.
package struct AlikeReports {
    /// How important a report is.
    package typealias Level = Logger.Level

    /// What is reported, whichever process it is of.
    package struct Report: Equatable {
        package let level: Logger.Level
        /// What stands before the process.
        package var before = ""
        /// What stands behind it; of one, and of several.
        package let after: (one: String, many: String)

        package static func == (one: Report, other: Report) -> Bool {
            one.level == other.level && one.before == other.before && one.after == other.after
        }
    }

    /// A line for the log.
    package struct Line: Equatable {
        package let level: Logger.Level
        package let text: String
    }

    /// How long a report waits, in milliseconds.
    package static let patience: UInt64 = 250

    private struct Pending {
        let report: Report
        let since: UInt64
        var processes: [(number: Int, pid: Int32)]
    }

    private var pending: [Pending] = []

    package init() {}

    /// - Parameter pid: 0 where there is no process.
    package mutating func add(_ report: Report, number: Int, pid: Int32, now: UInt64) {
        if let index = pending.firstIndex(where: { $0.report == report }) {
            pending[index].processes.append((number, pid))
        } else {
            pending.append(Pending(report: report, since: now, processes: [(number, pid)]))
        }
    }

    /// The lines that have waited long enough.
    package mutating func due(_ now: UInt64) -> [Line] {
        guard !pending.isEmpty else { return [] }
        return take { $0.since + Self.patience <= now }
    }

    /// All lines: nobody else is coming, or somebody is about to say what came of it.
    package mutating func all() -> [Line] { take { _ in true } }

    private mutating func take(_ isDue: (Pending) -> Bool) -> [Line] {
        let lines = pending.filter(isDue).map { entry in
            let (report, processes) = (entry.report, entry.processes)
            guard processes.count > 1 else {
                return Line(
                    level: report.level,
                    text: report.before + Self.name(processes[0]) + report.after.one)
            }
            let numbers = Set(processes.map(\.number)).sorted().map(String.init).joined(separator: ", ")
            return Line(
                level: report.level,
                text:
                    "\(report.before)\(processes.count) processes (application \(numbers))\(report.after.many)"
            )
        }
        pending.removeAll(where: isDue)
        return lines
    }

    private static func name(_ process: (number: Int, pid: Int32)) -> String {
        "application \(process.number)" + (process.pid == 0 ? "" : " (pid \(process.pid))")
    }
}
