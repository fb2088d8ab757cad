// A slot is the right to one connection to an application process. Its whole state is one word in shared memory,
// changed by compare-and-swap only: that is the lock-free heart of the leases.
//
//              open                    lease                    keep
//   vacant ───────────► free ◄───────────────────► busy ◄───────────────► idle
//      ▲                  release       │  ▲                 reuse         │
//      │ close (from any state)         │  │ accept                        │ recall
//      │                           hang │  └──── granted ◄── hand over ──► recalled
//      └──────────────── condemned ◄────┘
//
// A process that is to leave though it works is *retiring*: the master marks its slots, whatever state they are in, and who
// holds one gives it up as vacant instead of free.

/// What a slot word says.
package struct SlotWord: RawRepresentable, Equatable, Sendable {
    /// Who may do what with the slot.
    package enum State: UInt8 {
        /// No process is ready behind the slot. Only the master leaves this state.
        case vacant
        /// Any worker may lease it.
        case free
        /// Its owner has an exchange on it.
        case busy
        /// Its owner keeps a connection on it and no exchange.
        case idle
        /// As `idle`, and somebody wants it back.
        case recalled
        /// Handed to its owner, who has not noticed yet.
        case granted
        /// Its owner found the process hung; the master is to end it.
        case condemned
    }

    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - owner: The worker's index; 0 where the state has no owner.
    ///   - age: Of the process, so that a worker cannot mistake its successor for it.
    package init(_ state: State, owner: Int = 0, age: UInt32) {
        rawValue = UInt64(age) << 32 | UInt64(UInt16(truncatingIfNeeded: owner)) << 8 | UInt64(state.rawValue)
    }

    private static let retiringBit: UInt64 = 1 << 24

    /// Whether the process behind it takes no further requests.
    package var isRetiring: Bool { rawValue & Self.retiringBit != 0 }
    /// The same with the mark of a process that is to leave.
    package var retiring: SlotWord { SlotWord(rawValue: rawValue | Self.retiringBit) }
    /// The state that the slot gets when its holder gives it up.
    package var released: SlotWord { with(isRetiring ? .vacant : .free) }

    /// A byte that no version of this program wrote reads as `vacant`, which nobody acts upon.
    package var state: State { State(rawValue: UInt8(truncatingIfNeeded: rawValue)) ?? .vacant }
    package var owner: Int { Int(UInt16(truncatingIfNeeded: rawValue >> 8)) }
    package var age: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    package func with(_ state: State, owner: Int = 0) -> SlotWord {
        let word = SlotWord(state, owner: owner, age: age)
        return isRetiring ? word.retiring : word
    }

    /// Whether any worker may lease the slot.
    package var isFree: Bool { state == .free && !isRetiring }
    /// Whether the slot was handed to a worker that has not noticed yet.
    package func isGranted(to worker: Int) -> Bool { state == .granted && owner == worker }
    /// Whether the slot has an exchange on it.
    package var isBusy: Bool { state == .busy }
    /// Whether a worker other than this one keeps a connection on the slot and no exchange.
    package func isIdle(besides worker: Int) -> Bool { state == .idle && owner != worker }

    /// Whether it is in this state with this owner and age, retiring or not.
    package func `is`(_ state: State, owner: Int, age: UInt32) -> Bool {
        self.state == state && self.owner == owner && self.age == age
    }

    /// Whether a worker holds the slot in this state.
    package func isHeld(by worker: Int) -> Bool {
        switch state {
        case .busy, .idle, .recalled, .granted: owner == worker
        case .vacant, .free, .condemned: false
        }
    }
}
