import TestSupport
import Testing
@testable import Worker

@Suite("The queue of exchanges")
struct ExchangeQueueTests {
    private let context: WorkerContext

    init() throws {
        context = try WorkerBench().context
    }

    private func exchanges(_ count: Int) -> [Exchange] { (0..<count).map { _ in Exchange(context: context) } }

    /// The exchanges in the order in which they leave.
    private func drain(_ queue: inout ExchangeQueue) -> [ObjectIdentifier] {
        var order: [ObjectIdentifier] = []
        while let first = queue.first {
            order.append(ObjectIdentifier(first))
            queue.removeFirst()
        }
        #expect(queue.isEmpty && queue.count == 0 && queue.oldest == nil)
        return order
    }

    @Test("Who comes first leaves first")
    func order() {
        let all = exchanges(50)
        var queue = ExchangeQueue()
        #expect(queue.isEmpty && queue.first == nil)
        for exchange in all { queue.append(exchange) }
        #expect(queue.count == 50)
        #expect(drain(&queue) == all.map(ObjectIdentifier.init))
    }

    @Test("What was taken off can be put back in front")
    func prepend() {
        let all = exchanges(5)
        var queue = ExchangeQueue()
        queue.prepend(all[1])
        queue.prepend(all[0])
        for exchange in all[2...] { queue.append(exchange) }
        queue.removeFirst()
        queue.prepend(all[0])
        queue.removeFirst()
        queue.removeFirst()
        queue.removeFirst()
        queue.prepend(all[2])
        #expect(queue.count == 3)
        #expect(drain(&queue) == all[2...].map(ObjectIdentifier.init))
    }

    @Test("One that gives up leaves from wherever it stands, once")
    func remove() {
        let all = exchanges(6)
        var queue = ExchangeQueue()
        for exchange in all { queue.append(exchange) }
        queue.removeFirst()
        for exchange in [all[3], all[5], all[1]] {
            let wasWaiting = queue.remove(exchange)
            #expect(wasWaiting)
        }
        for exchange in [all[0], all[3]] {
            let wasWaiting = queue.remove(exchange)
            #expect(!wasWaiting)
        }
        #expect(drain(&queue) == [all[2], all[4]].map(ObjectIdentifier.init))
    }

    @Test("A random order of changes does what an array does", arguments: 0..<5 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = ExchangeQueue()
        var model: [Exchange] = []
        var spare = exchanges(30)
        for _ in 0..<2000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                guard let exchange = spare.popLast() else { continue }
                queue.append(exchange)
                model.append(exchange)
            case 2:
                guard let exchange = spare.popLast() else { continue }
                queue.prepend(exchange)
                model.insert(exchange, at: 0)
            case 3:
                guard !model.isEmpty else { continue }
                queue.removeFirst()
                spare.append(model.removeFirst())
            default:
                guard let exchange = model.randomElement(using: &generator) else { continue }
                let wasWaiting = queue.remove(exchange)
                #expect(wasWaiting)
                model.removeAll { $0 === exchange }
                spare.append(exchange)
            }
            #expect(queue.count == model.count && queue.first === model.first)
        }
        #expect(drain(&queue) == model.map(ObjectIdentifier.init))
    }
}
