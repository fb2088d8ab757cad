import Logging

extension Logger.Level {
    /// Its place among the levels: 0 is trace, and 6 critical.
    var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self)!) }

    /// The level of a number; critical where there is none.
    init(number: UInt32) {
        let levels = Self.allCases
        self = levels[min(Int(number), levels.count - 1)]
    }
}
