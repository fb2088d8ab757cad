/// The gateway's own worker classes: policies over one engine.
package enum BuiltinClass: String, CaseIterable, Sendable {
    /// One exchange at a time, on a connection that is closed after it. For handlers that must not meet another.
    case sync
    /// Inline handlers on threads of the worker, so that they may wait; kept connections wait in the loop.
    case thread
    /// Inline handlers on the loop, asynchronous ones as tasks on it.
    case async

    /// The class that the settings stand for.
    ///
    /// - Parameters:
    ///   - name: As it was asked for; `nil` where nobody asked.
    ///   - threads: `--threads`.
    ///   - isInProcess: Whether an inline handler of this process answers, so that threads would serve it.
    /// - Returns: `nil` for a name that is none of them.
    package static func resolve(name: String?, threads: Int, isInProcess: Bool) -> BuiltinClass? {
        guard let name else { return threads > 1 && isInProcess ? .thread : .async }
        return BuiltinClass(rawValue: name)
    }

    /// Whether an exchange waits until the one before is over, and its connection ends with it.
    package var servesOneAtATime: Bool { self == .sync }

    /// Connections accepted in a row. Few, so that a flood of them does not hold up those that are being served, and
    /// spreads over all workers.
    package var acceptBurst: Int { self == .sync ? 1 : 4 }
}
