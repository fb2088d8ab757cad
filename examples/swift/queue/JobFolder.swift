// Jobs as files in one folder, so that every worker, and any other program, can tell how they are getting on. Names are the state:
// ID.PID.LIMIT.job is a job that process PID works on, and ID.result is what came of it. A rename gives a job to one process alone.

import Foundation

/// Something to be done.
struct Job: Sendable {
    let id: UUID
    let limit: Int
    /// The process that does it.
    var worker = ProcessInfo.processInfo.processIdentifier

    var name: String { "\(id).\(worker).\(limit).job" }
}

/// The jobs of all workers.
struct JobFolder: Sendable {
    enum State {
        case unknown
        case running
        /// The worker that had it is gone; it is this worker's now.
        case orphaned(Job)
        case done(String)
    }

    let path: String

    init(_ path: String) { self.path = path }

    func add(limit: Int) throws -> Job {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let job = Job(id: UUID(), limit: limit)
        try Data().write(to: URL(fileURLWithPath: "\(path)/\(job.name)"))
        return job
    }

    func finish(_ job: Job, _ result: String) throws {
        // Written aside and renamed: nobody reads half of it.
        try Data(result.utf8).write(to: URL(fileURLWithPath: "\(path)/\(job.id).result"), options: .atomic)
        try? FileManager.default.removeItem(atPath: "\(path)/\(job.name)")
    }

    func state(of id: UUID) throws -> State {
        if let job = try unfinished(id) {
            if kill(job.worker, 0) == 0 || errno == EPERM { return .running }
            var mine = job
            mine.worker = ProcessInfo.processInfo.processIdentifier
            // Of several that try, one has the old name to rename.
            return rename("\(path)/\(job.name)", "\(path)/\(mine.name)") == 0 ? .orphaned(mine) : .running
        }
        guard let data = FileManager.default.contents(atPath: "\(path)/\(id).result") else { return .unknown }
        return .done(String(decoding: data, as: UTF8.self))
    }

    private func unfinished(_ id: UUID) throws -> Job? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard let name = names.first(where: { $0.hasPrefix("\(id).") && $0.hasSuffix(".job") }) else {
            return nil
        }
        let parts = name.split(separator: ".")
        guard parts.count == 4, let worker = Int32(parts[1]), let limit = Int(parts[2]) else { return nil }
        return Job(id: id, limit: limit, worker: worker)
    }
}
