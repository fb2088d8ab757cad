// The three commands that the chat needs, over hiredis, Redis' own library in C.

import CHiredis
import Foundation

/// Where Redis listens.
struct RedisAddress: Sendable {
    let host: String
    let port: Int32

    /// - Parameter text: `HOST:PORT`.
    init(_ text: String) {
        let parts = text.split(separator: ":")
        host = parts.first.map(String.init) ?? "127.0.0.1"
        port = parts.last.flatMap { Int32($0) } ?? 6379
    }

    /// For whoever finds no Redis there.
    var hint: String {
        "The chat needs Redis at \(host):\(port). Start one (redis-server --port \(port)), or name another: REDIS=HOST:PORT"
    }
}

/// What went wrong with Redis.
struct RedisError: Error, CustomStringConvertible {
    let description: String
}

/// A connection that blocks. One thread at a time uses it: whoever has the hub's lock, or the one that listens. That makes it
/// Sendable.
final class RedisConnection: @unchecked Sendable {
    private let context: UnsafeMutablePointer<redisContext>

    /// - Parameter timeout: Seconds for connecting and for each answer; `nil` waits for ever.
    init(_ server: RedisAddress, timeout: Int?) throws {
        guard let context = redisConnectWithTimeout(server.host, server.port, timeval(tv_sec: 5, tv_usec: 0))
        else { throw RedisError(description: "no memory for a connection to Redis") }
        self.context = context
        try check()
        // The time for connecting stays the time for reading, unless it is set.
        _ = redisSetTimeout(context, timeval(tv_sec: timeout ?? 0, tv_usec: 0))
    }

    deinit { redisFree(context) }

    /// Sends a command, and waits for its answer.
    @discardableResult
    func command(_ words: String...) throws -> Int {
        let copies = words.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var pointers = copies.map { UnsafePointer<CChar>($0) }
        // By length: a text may have a NUL in it.
        let counts = words.map { $0.utf8.count }
        guard let reply = redisCommandArgv(context, Int32(words.count), &pointers, counts) else {
            throw failure
        }
        defer { freeReplyObject(reply) }
        let answer = reply.assumingMemoryBound(to: redisReply.self).pointee
        if answer.type == REDIS_REPLY_ERROR { throw RedisError(description: "Redis: \(text(answer))") }
        return Int(answer.integer)
    }

    /// Waits for what is published; `nil` for what is no message.
    func nextMessage() throws -> String? {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReply(context, &reply) == REDIS_OK, let reply else { throw failure }
        defer { freeReplyObject(reply) }
        let answer = reply.assumingMemoryBound(to: redisReply.self).pointee
        // "message", the channel, the text.
        guard answer.type == REDIS_REPLY_ARRAY, answer.elements == 3, let kind = answer.element[0],
            let payload = answer.element[2], text(kind.pointee) == "message"
        else { return nil }
        return text(payload.pointee)
    }

    private func text(_ reply: redisReply) -> String {
        guard let start = reply.str else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: reply.len), as: UTF8.self)
    }

    private func check() throws { if context.pointee.err != 0 { throw failure } }

    private var failure: RedisError {
        let reason = withUnsafeBytes(of: &context.pointee.errstr) { octets in
            String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(description: "no Redis: \(reason)")
    }
}

/// Descriptor 2, where the gateway's log goes unless it is told otherwise.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

nonisolated(unsafe) var standardError = StandardError()  // It has no state.
