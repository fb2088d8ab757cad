// Lines of the access log for requests whose worker cannot write them any more: it has crashed, or was killed. The master knows of them by
// the table that the worker has left; what stands in there is text for a log, and nothing else. They are counted as the worker would
// have done, so that its numbers are those of its lines.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Octets
import Plans
import Scoreboard
import Settings
import Syscalls

extension Master {
    /// Logs, and counts, what a dead worker has left.
    func logLostRequests(_ generation: Generation, index: Int, pid: ProcessID, _ status: ExitStatus) {
        guard let table = generation.inFlight.removeValue(forKey: index),
            let path = generation.settings.accessLog
        else { return }
        let lost = table.lost()
        if lost.unlisted > 0 {
            context.log.error(
                "worker \(index) (pid \(pid)) has left \(lost.unlisted) request\(lost.unlisted == 1 ? "" : "s") more than have lines in the access log"
            )
        }
        guard !lost.requests.isEmpty else { return }
        // A worker that stood still was killed for that, also while the gateway was stopping.
        let entry = generation.workers.entries[index]
        let isStopped = entry?.isStopping == true && entry?.abortsUntil == nil && status.isKilled
        let ending = isStopped ? RequestEnding.stopped : .worker
        let counters = context.scoreboard.counters(worker: index)
        // The worker has counted those that it has answered.
        for request in lost.requests where request.status == nil {
            counters.request(status: ending.lostStatus)
        }
        do {
            // It is opened as whoever writes it, and closed again: workers could have put another file in its place.
            let log = try AccessLog(
                path, format: LogFormat(generation.settings.accessLogFormat), worker: index, pid: pid,
                trust: LogTrust(
                    distrusted: generation.configuration.distrusted(generation.identity),
                    owner: generation.identity?.user),
                edge: context.accessLogEdge)
            for request in lost.requests {
                log.append(request, ended: ending, now: context.loop.now)
            }
            if let complaint = log.finish(patiently: false) { context.log.error("\(complaint)") }
        } catch {
            context.log.error(
                "cannot log \(lost.requests.count) request\(lost.requests.count == 1 ? "" : "s") that worker \(index) (pid \(pid)) has left: \(error)"
            )
        }
    }
}

extension AccessLog {
    /// Adds the line of a request whose worker is gone.
    ///
    /// - Parameters:
    ///   - ended: What became of a request without an answer.
    ///   - now: Milliseconds of the monotonic clock.
    func append(_ request: LostRequest, ended: RequestEnding, now: UInt64) {
        var environ = ByteBuffer(capacity: 512)
        environ.appendPair("REQUEST_METHOD", bytes: request.method)
        environ.appendPair("REQUEST_URI", bytes: request.target)
        environ.appendPair(
            "SERVER_PROTOCOL", request.minorVersion == 1 ? "HTTP/1.1" : "HTTP/1.0" as StaticString)
        environ.appendPair("REMOTE_ADDR", bytes: request.client)
        environ.appendPair("REQUEST_ID", bytes: request.id)
        if let question = request.target.firstIndex(of: UInt8(ascii: "?")) {
            environ.appendPair("QUERY_STRING", bytes: Array(request.target[(question + 1)...]))
        }
        // The client of a request that had its answer knows its status; of the others nobody knows what they were sent.
        var entry = AccessEntry(status: request.status ?? ended.lostStatus)
        entry.environ = environ.bytes
        entry.ended = request.status == nil ? ended : .complete
        entry.bodySent = request.status == nil ? 0 : request.bodySent
        // To the millisecond, which is as exactly as it is known.
        let duration = (now - min(now, request.since)).multipliedReportingOverflow(by: 1000)
        entry.duration = duration.overflow ? nil : duration.partialValue
        append(entry)
        // The entry has borrowed its bytes until here.
        environ.clear()
    }
}

extension LostRequest {
    /// What it was called.
    var id: [UInt8] {
        guard passedID.isEmpty else { return passedID }
        var digits = ByteBuffer(capacity: 16)
        RequestID.append(number, to: &digits)
        return Array(digits.bytes)
    }
}

extension ByteBuffer {
    fileprivate mutating func appendPair(_ name: StaticString, bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { appendPair(name, $0) }
    }
}

extension RequestEnding {
    /// The status of a request without an answer that has ended so.
    fileprivate var lostStatus: Int { self == .stopped ? 503 : 500 }
}

extension ExitStatus {
    /// Whether KILL has ended it.
    fileprivate var isKilled: Bool { self == .signalled(Int(Signal.kill.rawValue)) }
}
