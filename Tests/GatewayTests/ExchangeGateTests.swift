import Testing
@testable import Settings
@testable import Worker

@Suite("The gate of the class sync")
struct ExchangeGateTests {
    @Test("One exchange at a time goes through, in the order in which they came")
    func order() throws {
        let bench = try WorkerBench(policy: .sync)
        let exchanges = (0..<3).map { _ in bench.exchange() }
        for exchange in exchanges { bench.gate.serve(exchange) }
        for count in 1...3 {
            #expect(
                bench.backend.served.map(ObjectIdentifier.init)
                    == exchanges[..<count].map(ObjectIdentifier.init))
            bench.context.giveBack(exchanges[count - 1])
        }
    }

    @Test("Whether the worker is busy is said when it changes")
    func busy() throws {
        let bench = try WorkerBench(policy: .sync)
        var said: [Bool] = []
        bench.gate.isBusyChanged = { said.append($0) }
        let (first, second) = (bench.exchange(), bench.exchange())
        bench.gate.serve(first)
        #expect(said.last == true)
        bench.gate.serve(second)
        bench.context.giveBack(first)
        #expect(said.last == true)
        bench.context.giveBack(second)
        #expect(said.last == false)
    }

    @Test("A client that leaves while it waits is not served")
    func left() throws {
        let bench = try WorkerBench(policy: .sync)
        let (first, second, third) = (bench.exchange(), bench.exchange(), bench.exchange())
        for exchange in [first, second, third] { bench.gate.serve(exchange) }
        bench.gate.clientLeft(second)
        #expect(second.isSpare)
        bench.gate.clientLeft(first)
        #expect(bench.backend.left.count == 1 && bench.backend.left[0] === first)
        bench.context.giveBack(first)
        #expect(bench.backend.served.count == 2 && bench.backend.served[1] === third)
    }

    @Test("The queue has a limit, and an exchange that comes again by a redirect does not wait for itself")
    func limits() throws {
        var settings = Settings()
        settings.queueSize = 0
        let bench = try WorkerBench(settings: settings, policy: .sync)
        let (first, second) = (bench.exchange(), bench.exchange())
        bench.gate.serve(first)
        bench.gate.serve(second)
        #expect(second.isSpare, "it was refused and given back")
        bench.gate.serve(first)
        #expect(bench.backend.served.count == 2 && bench.backend.served[1] === first)
    }

    @Test("Who waits longer than the queue allows is refused")
    func overdue() throws {
        let bench = try WorkerBench(policy: .sync)
        let (first, second) = (bench.exchange(), bench.exchange())
        bench.gate.serve(first)
        bench.gate.serve(second)
        let deadline = bench.loop.now + UInt64(bench.plan.settings.queueTimeout) * 1000
        bench.gate.sweep(deadline - 1)
        #expect(!second.isSpare)
        bench.gate.sweep(deadline)
        #expect(second.isSpare && bench.backend.served.count == 1)
    }
}
