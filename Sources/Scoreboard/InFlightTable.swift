// The requests that a worker has taken and not logged yet, in memory that outlives it: when it crashes or is killed, the master writes
// their lines. Each worker has a table of its own, made before it is forked and read when it is dead, so that nobody reads while
// somebody writes. It costs a request three words and a copy of its method, its target and its client's address; a worker without
// an access log has none.
//
//   page 0    word 0: slots ever used    word 1: requests that found no slot
//   slot      word 0: state              word 1: id    word 2: since when    word 3: octets of the answer    texts
//
// The state is written last and makes the slot count; a worker that dies before leaves none. The master believes nothing of what
// it finds: lengths are held to the slot, and whoever writes texts into a log escapes them.

import Octets
import Synchronization
import Syscalls

/// A request that its worker has left behind.
package struct LostRequest: Equatable, Sendable {
    package var method: [UInt8]
    /// As it came, cut to what a slot holds.
    package var target: [UInt8]
    /// The client's address; empty for a unix socket.
    package var client: [UInt8]
    /// An id that was passed on; empty where ``number`` is the id.
    package var passedID: [UInt8]
    package var number: UInt64
    /// Milliseconds of the monotonic clock at which its head was complete.
    package var since: UInt64
    package var minorVersion: UInt8
    /// Of its answer, where that was decided and only the line was missing.
    package var status: Int?
    /// Octets of that answer's body.
    package var bodySent: UInt64
}

/// One worker's requests in flight.
///
/// Sendable because it is made of memory that is mapped as long as the object lives, and that one process at a time uses.
package final class InFlightTable: @unchecked Sendable {
    static let slotSize = 256
    /// Requests at the most, whatever the settings say: 4 MiB, of which only what is used is there.
    package static let limit = 16_384
    static let clientLimit = 46
    static let methodLimit = 16
    private static let headerSize = 4096
    private static let textStart = 32
    private static let textSize = slotSize - textStart
    private static let lengthMask: UInt64 = 0xFF
    private static let usedBit: UInt64 = 1 << 32
    private static let minorVersionBit: UInt64 = 1 << 33
    private static let answeredBit: UInt64 = 1 << 34
    private static let statusShift: UInt64 = 40

    package let capacity: Int
    private let memory: SharedMemory

    /// - Parameter connections: How many a worker may have: each has one request in flight at the most.
    package init(connections: Int) throws(SyscallError) {
        capacity = min(max(64, connections), Self.limit)
        memory = try SharedMemory(count: Self.headerSize + capacity * Self.slotSize)
    }

    private func word(_ offset: Int) -> UnsafeMutablePointer<UInt64> {
        (memory.base + offset).assumingMemoryBound(to: UInt64.self)
    }

    private func slot(_ index: Int) -> Int {
        precondition(index >= 0 && index < capacity)
        return Self.headerSize + index * Self.slotSize
    }

    /// The words of a slot.
    package func words(_ index: Int) -> UnsafeMutableBufferPointer<UInt64> {
        UnsafeMutableBufferPointer(start: word(slot(index)), count: Self.slotSize / 8)
    }

    // MARK: The worker

    /// Says that so many slots have been used.
    func setHighest(_ count: Int) { word(0).pointee = UInt64(count) }

    /// Counts a request that found no slot, or takes it back.
    func countUnlisted(by difference: Int) { word(8).pointee &+= UInt64(bitPattern: Int64(difference)) }

    /// Notes a request.
    package func write(
        _ index: Int, method: UnsafeBufferPointer<UInt8>, target: UnsafeBufferPointer<UInt8>,
        client: UnsafeBufferPointer<UInt8>, passedID: UnsafeBufferPointer<UInt8>, number: UInt64,
        since: UInt64, minorVersion: UInt8
    ) {
        let base = slot(index)
        word(base + 8).pointee = number
        word(base + 16).pointee = since
        word(base + 24).pointee = 0
        var end = base + Self.textStart
        let limit = base + Self.slotSize
        let clientCount = store(client, limit: Self.clientLimit, at: &end, limit)
        let methodCount = store(method, limit: Self.methodLimit, at: &end, limit)
        let idCount = store(passedID, limit: RequestID.limit, at: &end, limit)
        let targetCount = store(target, limit: Self.textSize, at: &end, limit)
        let lengths = targetCount | clientCount << 8 | methodCount << 16 | idCount << 24
        setState(base, lengths | Self.usedBit | (minorVersion == 0 ? 0 : Self.minorVersionBit))
    }

    private func store(
        _ bytes: UnsafeBufferPointer<UInt8>, limit: Int, at end: inout Int, _ slotEnd: Int
    ) -> UInt64 {
        let count = min(bytes.count, limit, slotEnd - end)
        if count > 0 { (memory.base + end).copyMemory(from: bytes.baseAddress!, byteCount: count) }
        end += count
        return UInt64(count)
    }

    /// Notes that a request is over and its line not written yet.
    func setAnswered(_ index: Int, status: Int, bodySent: UInt64) {
        let base = slot(index)
        word(base + 24).pointee = bodySent
        let status = UInt64(clamping: status) & 0xFFFF
        setState(base, word(base).pointee | Self.answeredBit | status << Self.statusShift)
    }

    /// Strikes a request out.
    package func clear(_ index: Int) { setState(slot(index), 0) }

    /// The compiler must not move a state before what it vouches for, nor behind the write of a line.
    private func setState(_ base: Int, _ state: UInt64) {
        let atomic = (memory.base + base).assumingMemoryBound(to: Atomic<UInt64>.self)
        atomic.pointee.store(state, ordering: .releasing)
    }

    // MARK: The master

    /// What a worker that is dead has left: the requests in its slots, and how many others there were.
    package func lost() -> (requests: [LostRequest], unlisted: Int) {
        let highest = Int(min(word(0).pointee, UInt64(capacity)))
        let unlisted = Int(min(word(8).pointee, UInt64(Self.limit)))
        return ((0..<highest).compactMap { decode(slot($0)) }, unlisted)
    }

    private func decode(_ base: Int) -> LostRequest? {
        // One reading: a process of the worker's user may still have the memory, and change it meanwhile.
        let state = word(base).pointee
        guard state & Self.usedBit != 0 else { return nil }
        var start = Self.textStart
        func text(_ shift: UInt64) -> [UInt8] {
            let count = min(Int(state >> shift & Self.lengthMask), Self.slotSize - start)
            defer { start += count }
            return Array(UnsafeRawBufferPointer(start: memory.base + base + start, count: count))
        }
        let (client, method, id, target) = (text(8), text(16), text(24), text(0))
        let status = Int(state >> Self.statusShift & 0xFFFF)
        return LostRequest(
            method: method, target: target, client: client, passedID: id, number: word(base + 8).pointee,
            since: word(base + 16).pointee, minorVersion: state & Self.minorVersionBit == 0 ? 0 : 1,
            status: state & Self.answeredBit != 0 && (100...999).contains(status) ? status : nil,
            bodySent: word(base + 24).pointee)
    }
}

/// The worker's side of its table: who has which slot.
package final class InFlightRequests {
    private let table: InFlightTable
    private var free: [Int] = []
    private var highest = 0
    /// Those that are over, until their lines are written.
    private var answered: [Int] = []

    package init(_ table: InFlightTable) {
        self.table = table
        free.reserveCapacity(64)
        answered.reserveCapacity(64)
    }

    /// Notes a request that begins.
    ///
    /// - Returns: Its slot; -1 where there is none left.
    package func begin(
        method: UnsafeBufferPointer<UInt8>, target: UnsafeBufferPointer<UInt8>,
        client: UnsafeBufferPointer<UInt8>, passedID: UnsafeBufferPointer<UInt8>, number: UInt64,
        since: UInt64, minorVersion: UInt8
    ) -> Int {
        let slot = free.popLast() ?? takeFresh()
        guard slot >= 0 else {
            table.countUnlisted(by: 1)
            return -1
        }
        table.write(
            slot, method: method, target: target, client: client, passedID: passedID, number: number,
            since: since, minorVersion: minorVersion)
        return slot
    }

    private func takeFresh() -> Int {
        guard highest < table.capacity else { return -1 }
        highest += 1
        table.setHighest(highest)
        return highest - 1
    }

    /// Notes that a request is over. Its slot is free when its line is written.
    package func ended(_ slot: Int, status: Int, bodySent: UInt64) {
        guard slot >= 0 else { return table.countUnlisted(by: -1) }
        table.setAnswered(slot, status: status, bodySent: bodySent)
        answered.append(slot)
    }

    /// The lines of those that are over are about to be written: from here on they are nobody's but the log's.
    package func strikeOut() {
        for slot in answered {
            table.clear(slot)
            free.append(slot)
        }
        answered.removeAll(keepingCapacity: true)
    }
}
