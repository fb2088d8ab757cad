// A queue of jobs beside a PHP site and a Python application: `queue --config gateway.yaml` serves all three.

import Foundation
import Gateway

let jobs = JobFolder(ProcessInfo.processInfo.environment["JOBS"] ?? "jobs")

/// What a job does: something that takes a processor for a while.
@Sendable func countPrimes(below limit: Int) -> String {
    guard limit > 2 else { return "0" }
    var isComposite = [Bool](repeating: false, count: limit)
    var count = 0
    for number in 2..<limit where !isComposite[number] {
        count += 1
        for multiple in stride(from: number * number, to: limit, by: number) { isComposite[multiple] = true }
    }
    return "\(count)"
}

/// Does a job after its request has been answered. Jobs that find no free thread (`--offload-threads`) wait for one.
func begin(_ job: Job, _ environ: Environ) {
    Task {
        do {
            try await environ.offload { try jobs.finish(job, countPrimes(below: job.limit)) }
            environ.logger.info("job \(job.id) is done")
        } catch {
            environ.logger.error("job \(job.id): \(error)")
        }
    }
}

func submit(_ request: Request) throws -> Response {
    guard let limit = try request.form()["limit"].flatMap({ Int($0) }), (0...10_000_000).contains(limit)
    else {
        throw HTTPError(.unprocessableContent, "The field 'limit' is a number up to 10000000.")
    }
    let job = try jobs.add(limit: limit)
    begin(job, request.environ)
    let place = "\(request.scriptName)/jobs/\(job.id)"
    var response = Response(status: .accepted, "\(place)\n")
    response.fields[.location] = place
    return response
}

func result(_ request: Request) throws -> Response {
    guard let id = UUID(uuidString: String(request.path.dropFirst("/jobs/".count))) else {
        throw HTTPError(.notFound)
    }
    switch try jobs.state(of: id) {
    case .unknown: throw HTTPError(.notFound, "There is no such job.")
    case .running: return Response(status: .accepted, "running\n")
    case .orphaned(let job):
        begin(job, request.environ)
        return Response(status: .accepted, "running again\n")
    case .done(let text): return Response("\(text)\n")
    }
}

Gateway.main { request in
    switch (request.method, request.path) {
    case (.post, "/jobs"): try submit(request)
    case (.get, let path) where path.hasPrefix("/jobs/"): try result(request)
    default: throw HTTPError(.notFound)
    }
}
