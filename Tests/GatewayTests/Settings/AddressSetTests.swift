import Syscalls
import Testing
@testable import Master
@testable import Settings

@Suite("The sockets that an address stands for")
struct AddressSetTests {
    private func sets(_ texts: [String]) throws -> [[String]] {
        let binds = try texts.map { try BindAddress(parsing: $0) }
        let sets = binds.map { ($0, AddressSet.wanted($0, among: binds) ?? []) }
        return AddressSet.distinct(sets).map { $0.addresses.map { "\($0)" } }
    }

    @Test(
        "Every address is one socket of each family; what listens everywhere listens at each address",
        arguments: [
            ([":80"], [["0.0.0.0:80", "[::]:80"]]), (["*:80"], [["0.0.0.0:80", "[::]:80"]]),
            (["0.0.0.0:80"], [["0.0.0.0:80"]]), (["[::1]:80"], [["[::1]:80"]]),
            (["0.0.0.0:80", "[::]:80"], [["0.0.0.0:80"], ["[::]:80"]]),
            (["[::]:80"], [["0.0.0.0:80", "[::]:80"]]),
            (["[::]:80", "127.0.0.1:80"], [["[::]:80"], ["127.0.0.1:80"]]),
            (["[::]:80", "127.0.0.1:81"], [["0.0.0.0:80", "[::]:80"], ["127.0.0.1:81"]]),
            (["127.0.0.1:80", ":80"], [[], ["0.0.0.0:80", "[::]:80"]]),
            ([":80", "[::1]:80", "127.0.0.1:81"], [["0.0.0.0:80", "[::]:80"], [], ["127.0.0.1:81"]]),
            (["127.0.0.1:80", "127.0.0.1:080"], [["127.0.0.1:80"], []]),
            ([":0", "127.0.0.1:0"], [["0.0.0.0:0", "[::]:0"], ["127.0.0.1:0"]]),
            (["unix:/a", "localhost:80"], [[], []]),
        ])
    func wanted(_ binds: [String], _ expected: [[String]]) throws {
        #expect(try sets(binds) == expected)
    }

    @Test("A name is looked up by whoever opens it")
    func name() throws {
        let bind = BindAddress.tcp(host: "localhost", port: 80)
        #expect(AddressSet.wanted(bind, among: [bind]) == nil)
        let addresses = try bind.resolveAll().map { "\($0)" }
        #expect(addresses.contains("127.0.0.1:80") && Set(addresses).count == addresses.count)
    }

    // MARK: Opening

    private let both = [SocketAddress.everyIPv4(port: 0), .everyIPv6(port: 0)]

    private func failure(_ text: String, isAbsent: Bool = false, isInUse: Bool = false) -> ListenFailure {
        ListenFailure(error: .environment(text), isAbsent: isAbsent, isInUse: isInUse)
    }

    @Test("A machine without a family listens with the other one")
    func absent() throws {
        let opened = try AddressSet.open(both, of: 2) { address throws(ListenFailure) in
            if address.isIPv6 { throw failure("no IPv6", isAbsent: true) }
            return "\(address)"
        } port: { _ in
            7
        }
        #expect(opened == ["0.0.0.0:0"])
        // The other one is open already.
        let none = try AddressSet.open([both[1]], of: 2) { _ throws(ListenFailure) -> String in
            throw failure("no IPv6", isAbsent: true)
        } port: { _ in
            7
        }
        #expect(none.isEmpty)
        #expect(throws: ConfigurationError.environment("none")) {
            try AddressSet.open(both, of: 2) { _ throws(ListenFailure) -> String in
                throw failure("none", isAbsent: true)
            } port: { _ in
                7
            }
        }
        #expect(throws: ConfigurationError.environment("alone")) {
            try AddressSet.open([both[0]], of: 1) { _ throws(ListenFailure) -> String in
                throw failure("alone", isAbsent: true)
            } port: { _ in
                7
            }
        }
    }

    @Test("A free port is the same for all, and another one is tried where it is not free for all")
    func freePort() throws {
        var next: UInt16 = 5000
        let opened = try AddressSet.open(both, of: 2) { address throws(ListenFailure) -> SocketAddress in
            if address.port == 0 {
                next += 1
                return address.with(port: next)
            }
            guard next == 5003 else { throw failure("in use", isInUse: true) }
            return address
        } port: {
            $0.port
        }
        #expect(opened.map { "\($0)" } == ["0.0.0.0:5003", "[::]:5003"])
        var attempts = 0
        #expect(throws: ConfigurationError.environment("in use")) {
            try AddressSet.open(both, of: 2) { address throws(ListenFailure) -> SocketAddress in
                attempts += 1
                guard address.port == 0 else { throw failure("in use", isInUse: true) }
                return address.with(port: 9)
            } port: {
                $0.port
            }
        }
        #expect(attempts == 64)
    }

    @Test("An address that somebody else has is an error at once")
    func inUse() {
        let fixed = both.map { $0.with(port: 80) }
        #expect(throws: ConfigurationError.environment("in use")) {
            try AddressSet.open(fixed, of: 2) { _ throws(ListenFailure) -> String in
                throw failure("in use", isInUse: true)
            } port: { _ in
                80
            }
        }
    }
}
