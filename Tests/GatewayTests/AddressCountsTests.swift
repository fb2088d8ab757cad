import HTTP
import Syscalls
import Testing
@testable import Scoreboard

@Suite("Connections by client address")
struct AddressCountsTests {
    private let scoreboard: Scoreboard
    private var counts: AddressCounts { scoreboard.addresses }

    init() throws { scoreboard = try Scoreboard() }

    private func hash(_ text: String) throws -> UInt64 {
        let client = NetworkAddress(try #require(IPAddress(text))).subscriber
        return scoreboard.addressHash(client.0, client.1)
    }

    @Test("The hash is SipHash-2-4, by the example of its authors")
    func vector() {
        let hash = KeyedHash(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
        #expect(hash(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908) == 0x3F2A_CC7F_57C2_9BDB)
        #expect(KeyedHash.random(1, 2) != KeyedHash.random(1, 2))
    }

    @Test(
        "A client is an IPv4 address or an IPv6 network of 64 bits",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::1", "::2", true), ("::1", "192.0.2.1", false),
        ])
    func clients(_ first: String, _ second: String, _ isSame: Bool) throws {
        #expect(try (hash(first) == hash(second)) == isSame)
    }

    @Test("All workers count together, and each takes its own back")
    func together() throws {
        let (hash, other) = (try hash("192.0.2.1"), try hash("192.0.2.2"))
        var places: [(Int, Int)] = []
        for worker in [1, 2, 1, 3] {
            guard case .counted(let place) = counts.enter(hash, worker: worker, workers: 4, limit: 4) else {
                Issue.record("not counted")
                continue
            }
            places.append((place, worker))
        }
        #expect(counts.enter(hash, worker: 2, workers: 4, limit: 4) == .tooMany)
        #expect(counts.enter(other, worker: 2, workers: 4, limit: 4) != .tooMany)
        for (place, worker) in places { counts.leave(place, worker: worker) }
        #expect(counts.enter(hash, worker: 2, workers: 4, limit: 1) != .tooMany)
    }

    @Test("A worker that is gone takes its counts along")
    func gone() throws {
        let hash = try hash("2001:db8::1")
        for worker in [1, 2] { _ = counts.enter(hash, worker: worker, workers: 3, limit: 2) }
        #expect(counts.enter(hash, worker: 2, workers: 3, limit: 2) == .tooMany)
        _ = scoreboard.clear(worker: 1)
        #expect(counts.enter(hash, worker: 2, workers: 3, limit: 2) != .tooMany)
        #expect(counts.enter(hash, worker: 2, workers: 3, limit: 2) == .tooMany)
    }

    @Test("A full table counts no further address, and those that it has go on being counted")
    func full() throws {
        var known: [UInt64] = []
        var uncounted = 0
        for number in 0..<60_000 as Range<UInt64> {
            let hash = scoreboard.addressHash(number, 0)
            switch counts.enter(hash, worker: 0, workers: 1, limit: 1) {
            case .counted: known.append(hash)
            case .uncounted: uncounted += 1
            case .tooMany: Issue.record("two addresses were taken for one")
            }
        }
        #expect(known.count <= AddressCounts.places && known.count > AddressCounts.places * 3 / 4)
        #expect(known.count + uncounted == 60_000)
        for hash in known { #expect(counts.enter(hash, worker: 0, workers: 1, limit: 1) == .tooMany) }
    }

    @Test("What comes and goes at random is counted as a dictionary would", arguments: 0..<4 as Range<UInt64>)
    func random(_ seed: UInt64) throws {
        var open: [(hash: UInt64, place: Int, worker: Int)] = []
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        for _ in 0..<20_000 {
            if next(2) == 0, !open.isEmpty {
                let left = open.remove(at: Int(next(UInt64(open.count))))
                counts.leave(left.place, worker: left.worker)
            } else {
                let (hash, worker) = (scoreboard.addressHash(next(40), 7), Int(next(3)))
                let mine = open.count { $0.hash == hash }
                switch counts.enter(hash, worker: worker, workers: 3, limit: 5) {
                case .counted(let place):
                    #expect(mine < 5)
                    open.append((hash, place, worker))
                case .tooMany: #expect(mine == 5)
                case .uncounted: Issue.record("there is room")
                }
            }
        }
    }
}
