import Syscalls
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

@Suite("How many there are where no setting says it")
struct DefaultCountTests {
    @Test(
        "Numbers follow the processors that the gateway may use",
        arguments: [(0, 1, 3, 1), (1, 1, 3, 1), (2, 2, 5, 2), (64, 64, 129, 64), (4096, 64, 1023, 4096)])
    func numbers(_ processors: Int, _ workers: Int, _ processes: Int, _ boots: Int) {
        let counts = DefaultCounts(processors: processors)
        #expect(counts.workers == workers && counts.processes == processes && counts.bootsAtOnce == boots)
    }

    @Test("Workers and processes of this machine are counted alike")
    func current() throws {
        let reading = try readSettings(["exec:/bin/cat"])
        #expect(reading.settings.workers == DefaultCounts.current.workers)
        let plan = try ApplicationPlan(.exec(["/bin/cat"]), name: "a", settings: reading.settings)
        #expect(plan.processes == DefaultCounts.current.processes)
    }
}
