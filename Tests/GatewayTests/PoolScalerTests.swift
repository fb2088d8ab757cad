import Testing
@testable import Master
@testable import Settings

@Suite("How many processes run")
struct PoolScalerTests {
    /// The load of a pool, in one line of a table.
    private static func load(
        _ ready: Int, booting: Int = 0, busy: Int = 0, queued: Int = 0, wait: UInt64 = 1000
    ) -> PoolScaler.Load {
        PoolScaler.Load(ready: ready, booting: booting, busy: busy, queued: queued, wait: wait)
    }

    private func scaler(
        _ way: ScalingSettings.Way, most: Int = 8, min: Int = 2, spare: Int = 1, slots: Int = 1,
        bootsAtOnce: Int = 2
    ) -> PoolScaler {
        var settings = ScalingSettings()
        (settings.way, settings.minProcesses, settings.spareProcesses) = (way, min, spare)
        return PoolScaler(settings, most: most, slotsPerProcess: slots, bootsAtOnce: bootsAtOnce)
    }

    @Test(
        "Static: what is missing starts at once, whatever the load",
        arguments: [
            (load(0), 8), (load(8), 0), (load(8, busy: 8, queued: 500), 0), (load(5, booting: 1), 2),
            (load(0, booting: 8), 0), (load(7, queued: 1), 1),
        ] as [(PoolScaler.Load, Int)])
    func fixed(_ load: PoolScaler.Load, _ starts: Int) {
        let scaler = scaler(.static)
        #expect(scaler.least == 8)
        #expect(scaler.starts(load) == starts)
        #expect(scaler.surplus(load) == 0)
    }

    @Test(
        "Dynamic: the least at the start, spare ones, and more for requests that have waited",
        arguments: [
            // At the start, and while those boot.
            (load(0), 2), (load(0, booting: 2), 0), (load(0, booting: 1), 1), (load(1), 1),
            // One is to be free.
            (load(2), 0), (load(2, busy: 1), 0), (load(2, busy: 2), 1), (load(2, booting: 1, busy: 2), 0),
            // The queue: as many as it would fill, few at a time.
            (load(2, busy: 2, queued: 1), 1), (load(2, busy: 2, queued: 2), 2),
            (load(2, busy: 2, queued: 100), 2),
            (load(3, booting: 1, busy: 3, queued: 100), 1), (load(3, booting: 2, busy: 3, queued: 100), 0),
            // Not before it has lasted, and not for what free ones are about to take.
            (load(3, busy: 2, queued: 1, wait: 19), 0), (load(3, busy: 2, queued: 1, wait: 20), 0),
            (load(3, busy: 2, queued: 2, wait: 20), 1),
            // Never more than the most.
            (load(7, busy: 7, queued: 100), 1), (load(8, busy: 8, queued: 100), 0),
            (load(7, booting: 1, busy: 7, queued: 9), 0), (load(10, busy: 10, queued: 9), 0),
        ] as [(PoolScaler.Load, Int)])
    func dynamic(_ load: PoolScaler.Load, _ starts: Int) {
        #expect(scaler(.dynamic).starts(load) == starts)
    }

    @Test(
        "On demand: none without requests, the first one at once",
        arguments: [
            (load(0), 0), (load(1), 0), (load(0, queued: 1, wait: 0), 1), (load(0, queued: 200, wait: 0), 2),
            (load(0, booting: 1, queued: 1), 0), (load(0, booting: 1, queued: 9, wait: 19), 0),
            (load(0, booting: 1, queued: 9), 1), (load(0, booting: 2, queued: 9), 0),
            (load(1, busy: 1, queued: 5, wait: 5), 0), (load(1, busy: 1, queued: 5), 2),
            (load(8, busy: 8, queued: 1000), 0), (load(7, busy: 7, queued: 1000), 1),
        ] as [(PoolScaler.Load, Int)])
    func onDemand(_ load: PoolScaler.Load, _ starts: Int) {
        let scaler = scaler(.ondemand)
        #expect(scaler.least == 0)
        #expect(scaler.starts(load) == starts)
    }

    @Test(
        "A process with several slots takes as many requests",
        arguments: [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (100, 4)])
    func slots(_ queued: Int, _ starts: Int) {
        let scaler = scaler(.ondemand, slots: 4, bootsAtOnce: 4)
        #expect(scaler.starts(Self.load(0, queued: queued, wait: 0)) == starts)
    }

    @Test(
        "What is more than the busy ones, the spare ones and the least may go, but not while requests wait",
        arguments: [
            (load(2), 0), (load(3), 1), (load(8), 6), (load(8, busy: 4), 3), (load(8, busy: 7), 0),
            (load(8, busy: 8), 0), (load(8, queued: 1), 0), (load(1), 0), (load(0), 0),
        ] as [(PoolScaler.Load, Int)])
    func surplus(_ load: PoolScaler.Load, _ surplus: Int) {
        #expect(scaler(.dynamic).surplus(load) == surplus)
        #expect(scaler(.static).surplus(load) == 0)
    }

    @Test(
        "On demand all that are idle may go",
        arguments: [(load(3), 3), (load(3, busy: 2), 1), (load(0), 0)] as [(PoolScaler.Load, Int)])
    func surplusOnDemand(_ load: PoolScaler.Load, _ surplus: Int) {
        #expect(scaler(.ondemand).surplus(load) == surplus)
    }

    @Test("The least and the spare ones are never more than the most")
    func bounds() {
        let scaler = scaler(.dynamic, most: 3, min: 10, spare: 10, bootsAtOnce: 0)
        #expect(scaler.least == 3 && scaler.spare == 3 && scaler.bootsAtOnce == 1)
        #expect(scaler.starts(Self.load(0)) == 3)
        #expect(scaler.starts(Self.load(3, busy: 3)) == 0)
    }

    @Test(
        "Whatever the load: never more than the most, nor more at once than may boot, and what it starts it does not end",
        arguments: [ScalingSettings.Way.static, .dynamic, .ondemand])
    func everyLoad(_ way: ScalingSettings.Way) {
        for slots in [1, 3] {
            let scaler = scaler(way, most: 5, min: 2, spare: 1, slots: slots)
            for ready in 0...7 {
                for (booting, busy) in (0...5).flatMap({ booting in (0...ready).map { (booting, $0) } }) {
                    for (queued, wait) in [(0, 0), (1, 0), (1, 20), (7, 20), (1000, 5000)] as [(Int, UInt64)]
                    {
                        let load = Self.load(
                            ready, booting: booting, busy: busy, queued: queued, wait: wait)
                        let starts = scaler.starts(load)
                        let isBounded = starts == 0 || ready + booting + starts <= 5
                        #expect(starts >= 0 && isBounded, "\(load)")
                        let isStart = way == .static || ready == 0 && booting < scaler.least
                        #expect(starts == 0 || isStart || booting + starts <= 2, "\(load)")
                        let surplus = scaler.surplus(load)
                        #expect(surplus >= 0 && ready - surplus >= busy, "\(load)")
                        #expect(starts == 0 || surplus == 0, "\(load) both starts and ends")
                    }
                }
            }
        }
    }
}
