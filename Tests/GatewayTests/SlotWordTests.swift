import Testing
@testable import Scoreboard

@Suite("Slot words")
struct SlotWordTests {
    private static let states: [SlotWord.State] = [
        .vacant, .free, .busy, .idle, .recalled, .granted, .condemned,
    ]

    @Test("State, owner and age come out as they went in", arguments: states, [0, 1, 255, 256, 65_535])
    func parts(_ state: SlotWord.State, _ owner: Int) {
        for age in [0, 1, 0x8000_0000, UInt32.max] as [UInt32] {
            let word = SlotWord(state, owner: owner, age: age)
            #expect(word.state == state && word.owner == owner && word.age == age)
            #expect(SlotWord(rawValue: word.rawValue) == word)
            let next = word.with(.granted, owner: 7)
            #expect(next == SlotWord(.granted, owner: 7, age: age))
        }
    }

    @Test("Memory that nobody wrote is vacant, and so is a state that no version knows")
    func unknown() {
        #expect(SlotWord(rawValue: 0).state == .vacant)
        for byte in 7...255 as ClosedRange<UInt64> {
            #expect(SlotWord(rawValue: byte | 1 << 32).state == .vacant)
        }
    }

    @Test("Only its owner holds a slot, and only where the state has an owner", arguments: states)
    func held(_ state: SlotWord.State) {
        let word = SlotWord(state, owner: 3, age: 9)
        #expect(word.isHeld(by: 3) == [.busy, .idle, .recalled, .granted].contains(state))
        #expect(!word.isHeld(by: 0) && !word.isHeld(by: 4))
        #expect(!SlotWord(.free, age: 9).isHeld(by: 0))
    }

    @Test("Words of different ages are different")
    func ages() {
        #expect(SlotWord(.busy, owner: 1, age: 1) != SlotWord(.busy, owner: 1, age: 2))
        #expect(SlotWord(.busy, owner: 1, age: 1) != SlotWord(.busy, owner: 2, age: 1))
    }
}
