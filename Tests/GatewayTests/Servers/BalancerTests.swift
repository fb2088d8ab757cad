import TestSupport
import Testing
@testable import Plans
@testable import Settings
@testable import Worker

@Suite("Which server a request goes to")
struct BalancerTests {
    private func balancer(
        _ balance: ExternalSettings.Balance, weights: [Int], backups: Set<Int> = []
    ) -> Balancer {
        Balancer(
            balance,
            weights.enumerated().map {
                Balancer.Server(name: "10.0.0.\($0 + 1):9000", weight: $1, isBackup: backups.contains($0))
            })
    }

    private func order(
        _ balancer: inout Balancer, key: String = "", out: Set<Int> = [], tried: Set<Int> = [],
        connections: [Int] = Array(repeating: 0, count: 16)
    ) -> [Int] {
        balancer.order(
            key: { Balancer.hash(Array(key.utf8), seed: $0) }, isOut: { out.contains($0) },
            isTried: { tried.contains($0) }, connections: { connections[$0] })
    }

    @Test(
        "In turn, by weights: exactly, and evenly spread",
        arguments: [[1, 1], [5, 1, 1], [3, 2], [7], [1, 2, 3, 4]])
    func turns(_ weights: [Int]) {
        var balancer = balancer(.roundRobin, weights: weights)
        let total = weights.reduce(0, +)
        for _ in 0..<100 {
            var counts = weights.map { _ in 0 }
            for _ in 0..<total {
                let order = order(&balancer)
                #expect(order.sorted() == Array(weights.indices))
                counts[order[0]] += 1
            }
            // After each round everybody has had exactly their share.
            #expect(counts == weights)
        }
    }

    @Test("A heavy server does not get its share in one go")
    func spread() {
        var balancer = balancer(.roundRobin, weights: [5, 1, 1])
        let firsts = (0..<7).map { _ in order(&balancer)[0] }
        #expect(firsts == [0, 0, 1, 0, 2, 0, 0])
    }

    @Test("One that is out gets nothing, and nothing more than its share when it is back")
    func outAndBack() {
        var balancer = balancer(.roundRobin, weights: [1, 1, 1])
        for _ in 0..<100 { #expect(!order(&balancer, out: [1]).contains(1)) }
        var counts = [0, 0, 0]
        for _ in 0..<300 { counts[order(&balancer)[0]] += 1 }
        #expect(counts.allSatisfy { (99...101).contains($0) }, "\(counts)")
    }

    @Test("Fewest connections for the weight; turns where that is the same")
    func leastConnections() {
        var balancer = balancer(.leastConnections, weights: [1, 1, 4])
        #expect(order(&balancer, connections: [3, 0, 20])[0] == 1)
        #expect(order(&balancer, connections: [3, 2, 6]) == [2, 1, 0])
        var equal = self.balancer(.leastConnections, weights: [1, 1])
        let firsts = (0..<10).map { _ in order(&equal, connections: [4, 4])[0] }
        #expect(firsts.count { $0 == 0 } == 5)
    }

    @Test("A backup is asked when all others are out or have failed this request, and never before")
    func backup() {
        var balancer = balancer(.roundRobin, weights: [1, 1, 1], backups: [2])
        for _ in 0..<10 { #expect(order(&balancer).sorted() == [0, 1]) }
        #expect(order(&balancer, out: [0]) == [1])
        #expect(order(&balancer, out: [0, 1]) == [2])
        #expect(order(&balancer, out: [0], tried: [1]) == [2])
        #expect(order(&balancer, tried: [0, 1]) == [2])
    }

    @Test("Where all are out, all are tried; one that has failed the request is not tried again")
    func allOut() {
        var balancer = balancer(.roundRobin, weights: [1, 1, 1], backups: [2])
        #expect(order(&balancer, out: [0, 1, 2]).sorted() == [0, 1, 2])
        #expect(order(&balancer, out: [0, 1, 2], tried: [1]).sorted() == [0, 2])
        #expect(order(&balancer, tried: [0]) == [1])
        // One that waits after it has failed everywhere has nobody left to spare.
        #expect(order(&balancer, out: [0], tried: [0, 1, 2]).sorted() == [0, 1, 2])
        #expect(balancer.candidates(isOut: { $0 == 0 }, isTried: { _ in false }) == [1])
    }

    @Test("A hash leads the same key to the same server, and many keys by the weights")
    func hashing() {
        var balancer = balancer(.hashOfPath, weights: [1, 1, 2])
        var counts = [0, 0, 0]
        for key in 0..<8000 {
            let first = order(&balancer, key: "/\(key)")
            #expect(first == order(&balancer, key: "/\(key)"))
            counts[first[0]] += 1
        }
        for (count, share) in zip(counts, [2000, 2000, 4000]) {
            #expect(abs(count - share) < share / 8, "\(counts)")
        }
    }

    @Test("A server that goes takes only its own keys with it, and one that comes takes only its share")
    func disruption() {
        var four = balancer(.hashOfClient, weights: [1, 1, 1, 1])
        var moved = 0
        for key in 0..<4000 {
            let before = order(&four, key: "\(key)")
            let without = order(&four, key: "\(key)", out: [2])
            if before[0] == 2 {
                moved += 1
                #expect(without[0] == before[1])
            } else {
                #expect(without[0] == before[0])
            }
        }
        #expect((800...1200).contains(moved), "\(moved)")
        // The names decide, not the places: another order of the file moves nobody.
        let names = (1...4).map { "10.0.0.\($0):9000" }
        var reversed = Balancer(
            .hashOfClient, names.reversed().map { Balancer.Server(name: $0, weight: 1, isBackup: false) })
        for key in 0..<200 {
            #expect(order(&four, key: "\(key)")[0] == 3 - order(&reversed, key: "\(key)")[0])
        }
    }

    @Test("Whatever is out and tried: somebody is asked, nobody twice", arguments: 0..<5 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let ways: [ExternalSettings.Balance] = [.roundRobin, .leastConnections, .hashOfClient]
        for balance in ways {
            let weights = (0..<6).map { _ in Int.random(in: 1...1000, using: &generator) }
            let backups = Set((0..<6).filter { _ in Bool.random(using: &generator) }).subtracting([0])
            var balancer = balancer(balance, weights: weights, backups: backups)
            for round in 0..<500 {
                let out = Set((0..<6).filter { _ in Bool.random(using: &generator) })
                let tried = Set((0..<6).filter { _ in Bool.random(using: &generator) })
                let connections = (0..<6).map { _ in Int.random(in: 0...9, using: &generator) }
                let order = order(
                    &balancer, key: "\(round)", out: out, tried: tried, connections: connections)
                #expect(!order.isEmpty && Set(order).count == order.count)
                let fresh = Set(0..<6).subtracting(tried)
                let best = fresh.subtracting(out).subtracting(backups)
                if !best.isEmpty { #expect(Set(order) == best) }
                if !fresh.isEmpty { #expect(tried.isDisjoint(with: order)) }
            }
        }
    }
}
