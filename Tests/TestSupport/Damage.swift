extension [UInt8] {
    /// The same with one to three places damaged: an octet replaced, inserted or removed.
    ///
    /// - Parameter octets: Those that may come in.
    public func damaged(with octets: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var damaged = self
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<damaged.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: damaged[place] = octets.randomElement(using: &generator)!
            case 1: damaged.insert(octets.randomElement(using: &generator)!, at: place)
            default: damaged.remove(at: place)
            }
        }
        return damaged
    }
}
