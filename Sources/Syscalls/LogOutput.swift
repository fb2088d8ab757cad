// Where a log goes. Nobody waits for whoever reads it: what is not taken at once is kept, up to a limit, so that a burst
// before a reader that is awake loses nothing; what does not fit any more is dropped, whole lines of it, and counted. The
// count is told in the log itself as soon as it flows again.
//
// A pipe takes up to 4096 bytes (PIPE_BUF) as a whole or not at all: lines are written in portions of that size, so that
// those of several processes do not mix. Of a line that was cut all the same, the rest comes first, before anything else; on
// a full disk, where nothing is kept, the next line of whichever process ends it first (``LogEdge``).

import CSyscalls
import Glibc
import Synchronization

/// A descriptor that lines are written to, and that nobody waits for.
public final class LogOutput: Sendable {
    /// Bytes that wait for a reader.
    public static let backlog = 262_144
    private static let portion = 4096
    private static let lineFeed = UInt8(ascii: "\n")
    /// How long the end of a process waits for a reader, in milliseconds.
    private static let patience: UInt64 = 200

    /// Lines that were lost.
    public struct Loss: Equatable, Sendable {
        /// How many.
        public let lines: Int
        /// What has kept the last of them from being written; `nil` where nobody read.
        public let error: SyscallError?
    }

    private final class Held: Sendable {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }

    private struct State {
        /// -1: there is none.
        var number: CInt
        var held: Held?
        var way: LogWay
        var waiting: [UInt8] = []
        /// Bytes of those that were written.
        var written = 0
        var lost = 0
        var error: SyscallError?
        /// Whether what was taken last ends within a line, and what followed in it was lost.
        var isCut = false
        var endsWithinLine = false
        let isPipe: Bool

        init(number: CInt, held: Held? = nil, way: LogWay) {
            self.number = number
            self.held = held
            self.way = way
            isPipe = LogWay.isPipe(number)
        }

        var isWaiting: Bool { written < waiting.count }
    }

    private let edge: LogEdge?
    private let state: Mutex<State>

    /// - Parameter number: A descriptor that others may share; it stays its owner's.
    /// - Parameter edge: What processes that share it know of its end.
    public init(_ number: CInt, edge: LogEdge? = nil) {
        self.edge = edge
        var state = Self.open(number)
        // It may be a file, and whoever has cut its last line may be gone.
        state.isCut = Files.endsWithinLine(number)
        self.state = Mutex(state)
    }

    /// A file or device that was opened for the log, without blocking.
    ///
    /// - Parameter edge: What processes that share the file know of its end.
    public init(_ file: consuming OwnedDescriptor?, edge: LogEdge? = nil) {
        self.edge = edge
        state = Mutex(State(number: -1, way: .plain))
        if let file { replace(with: file) }
    }

    private static func open(_ number: CInt) -> State {
        let isOwn = StandardOutputs.isOwn(number)
        guard !isOwn, let own = Descriptor.openAgainWithoutBlocking(number) else {
            return State(number: number, way: LogWay(number, isOwn: isOwn))
        }
        let fresh = own.number
        return State(number: fresh, held: Held(own), way: .plain)
    }

    /// Goes on with another file: the log was opened anew.
    public func replace(with file: consuming OwnedDescriptor) {
        let number = file.number
        let held = Held(file)
        let endsWithinLine = Files.endsWithinLine(number)
        state.withLock { state in
            flush(&state)
            let lost = (state.lost, state.error)
            state = State(number: number, held: held, way: .plain)
            (state.lost, state.error) = lost
            // Whoever has cut it may be gone.
            state.isCut = endsWithinLine
        }
    }

    /// In a process that was forked: what waits is the parent's to write, and so is its description, which this process could
    /// make block.
    public func afterFork() {
        state.withLock { state in
            var fresh = state
            (fresh.waiting, fresh.written, fresh.lost, fresh.isCut) = ([], 0, 0, false)
            if state.held == nil {
                let isOwn = StandardOutputs.isOwn(state.number)
                fresh.way = LogWay(state.number, isOwn: isOwn)
            } else if let own = Descriptor.openAgainWithoutBlocking(state.number) {
                fresh.number = own.number
                fresh.held = Held(own)
            }
            state = fresh
        }
    }

    /// Writes lines, keeps them, or drops and counts them.
    public func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count > 0 else { return }
        state.withLock { state in
            flush(&state)
            if state.isWaiting { return keep(bytes, &state) }
            let (rest, error) = put(bytes, &state)
            guard rest.count > 0 else { return }
            if let error { lose(rest, error, &state) } else { keep(rest, &state) }
        }
    }

    /// Whether lines were lost that nobody was told of, and whoever reads has not stopped: then it is worth telling.
    public var hasLoss: Bool { state.withLock { $0.lost > 0 && !$0.isWaiting } }

    /// Writes what waits, as far as it is taken.
    ///
    /// - Returns: Whether nothing waits any more.
    @discardableResult
    public func flush() -> Bool {
        state.withLock { state in
            flush(&state)
            return !state.isWaiting
        }
    }

    /// Says what was lost, where the log takes it now.
    ///
    /// - Parameter line: Makes a line of it.
    public func tellLoss(_ line: (Loss) -> [UInt8]) {
        state.withLock { state in
            guard state.lost > 0 else { return }
            flush(&state)
            guard !state.isWaiting else { return }
            let text = line(Loss(lines: state.lost, error: state.error))
            text.withUnsafeBufferPointer { text in
                let (rest, error) = put(text, &state)
                // Its own line is not counted, and not begun again.
                if rest.count == text.count { return }
                state.lost = 0
                if rest.count > 0, error == nil { keep(rest, &state) }
                if rest.count > 0, error != nil { cut(&state) }
            }
        }
    }

    /// What was lost since this was last asked, where nobody is to be told by the log itself; `nil` for nothing, and as long as
    /// nobody reads.
    public func takeLoss() -> Loss? {
        state.withLock { state in
            guard state.lost > 0 else { return nil }
            flush(&state)
            guard !state.isWaiting else { return nil }
            defer { state.lost = 0 }
            return Loss(lines: state.lost, error: state.error)
        }
    }

    /// The process ends: what waits is written if somebody reads it now.
    public func finish() {
        let end = Clock.monotonicMilliseconds() + Self.patience
        while !flush() {
            let now = Clock.monotonicMilliseconds()
            guard now < end else { return }
            LogWay.awaitRoom(state.withLock { $0.number }, milliseconds: CInt(end - now))
        }
    }

    // MARK: Steps, under the lock

    private func flush(_ state: inout State) {
        guard state.isWaiting else { return }
        let waiting = state.waiting
        waiting.withUnsafeBufferPointer { all in
            let (rest, error) = put(UnsafeBufferPointer(rebasing: all[state.written...]), &state)
            state.written = all.count - rest.count
            if let error {
                lose(rest, error, &state)
                state.written = all.count
            }
        }
        if !state.isWaiting { (state.waiting, state.written) = ([], 0) }
    }

    /// - Returns: What was not written, and why; no error where nobody reads.
    private func put(
        _ bytes: UnsafeBufferPointer<UInt8>, _ state: inout State
    ) -> (rest: UnsafeBufferPointer<UInt8>, error: SyscallError?) {
        guard state.number >= 0 else { return (bytes, SyscallError(call: "write", code: ENOENT)) }
        if let edge, edge.takeCut() { state.isCut = true }
        if state.isCut {
            switch Self.endLine(state) {
            case .bytes: state.isCut = false
            case .wouldBlock: return (bytes, nil)
            case .failed(let code):
                cut(&state)
                return (bytes, SyscallError(call: "write", code: code))
            }
        }
        var rest = bytes
        while rest.count > 0 {
            let part = state.isPipe ? Self.portion(of: rest) : rest
            switch state.way.write(state.number, part) {
            case .bytes(let count):
                state.endsWithinLine = part[count - 1] != Self.lineFeed
                rest = UnsafeBufferPointer(rebasing: rest[count...])
            case .wouldBlock: return (rest, nil)
            case .failed(let code): return (rest, SyscallError(call: "write", code: code))
            }
        }
        return (rest, nil)
    }

    private static func endLine(_ state: State) -> SendOutcome {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { end in
            end[0] = lineFeed
            return state.way.write(state.number, UnsafeBufferPointer(end))
        }
    }

    /// Whole lines, as many as a pipe takes together; or one that is longer, in the hope that there is room for all of it.
    private static func portion(of bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard bytes.count > portion else { return bytes }
        if let last = bytes[..<portion].lastIndex(of: lineFeed) {
            return UnsafeBufferPointer(rebasing: bytes[...last])
        }
        let end = bytes.firstIndex(of: lineFeed) ?? bytes.count - 1
        return UnsafeBufferPointer(rebasing: bytes[...end])
    }

    /// Keeps as many lines as there is room for.
    private func keep(_ bytes: UnsafeBufferPointer<UInt8>, _ state: inout State) {
        if state.written > 0 {
            state.waiting.removeFirst(state.written)
            state.written = 0
        }
        let room = Self.backlog - state.waiting.count
        if bytes.count <= room { return state.waiting.append(contentsOf: bytes) }
        let fit = room > 0 ? bytes[..<room].lastIndex(of: Self.lineFeed).map { $0 + 1 } ?? 0 : 0
        state.waiting.append(contentsOf: bytes[..<fit])
        count(UnsafeBufferPointer(rebasing: bytes[fit...]), nil, &state)
        if state.waiting.last != Self.lineFeed { state.waiting.append(Self.lineFeed) }
    }

    private func lose(_ bytes: UnsafeBufferPointer<UInt8>, _ error: SyscallError, _ state: inout State) {
        count(bytes, error, &state)
        if state.endsWithinLine { cut(&state) }
        state.endsWithinLine = false
    }

    private func count(_ bytes: UnsafeBufferPointer<UInt8>, _ error: SyscallError?, _ state: inout State) {
        state.lost += max(1, bytes.count { $0 == Self.lineFeed })
        state.error = error
    }

    /// The log ends within a line: whoever writes next ends it.
    private func cut(_ state: inout State) {
        if let edge { edge.wasCut() }
        state.isCut = edge == nil
    }
}
