// The short form of Benchmarks/faults.py.

import Syscalls
import Testing

@Suite("Clients that fail at every stage", .serialized)
struct FaultRunTests {
    @Test(
        "Every descriptor, slot and buffer is back afterwards, and the counters add up with the log",
        .timeLimit(.minutes(5)), arguments: [1, 2])
    func everything(seed: Int) throws {
        let script = Build.application("../../../Benchmarks/faults.py")
        let (status, output, errors) = try outcome(
            of: ["python3", script, "--binary", Build.gateway, "--requests", "4000", "--seed", "\(seed)"], [],
            nil, 240)
        #expect(status == .exited(0), "\(output)\(errors)")
    }
}
