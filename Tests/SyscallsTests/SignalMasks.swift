/// What a process does with signals, as `/proc/PID/status` tells it.
struct SignalMasks: Equatable {
    var blocked: [Int]
    var ignored: [Int]
    var caught: [Int]

    init(blocked: [Int], ignored: [Int], caught: [Int]) {
        self.blocked = blocked
        self.ignored = ignored
        self.caught = caught
    }

    /// Reads the text of a status file; `nil` where it is none.
    init?(_ status: String) {
        var masks: [Substring: [Int]] = [:]
        for line in status.split(separator: "\n") {
            let parts = line.split(separator: ":\t")
            guard parts.count == 2, let bits = UInt64(parts[1], radix: 16) else { continue }
            // 32 and 33 are the C library's own: nobody else can change them.
            masks[parts[0]] = (1...64).filter { bits >> UInt64($0 - 1) & 1 == 1 && $0 != 32 && $0 != 33 }
        }
        guard let blocked = masks["SigBlk"], let ignored = masks["SigIgn"], let caught = masks["SigCgt"]
        else {
            return nil
        }
        self.init(blocked: blocked, ignored: ignored, caught: caught)
    }
}
