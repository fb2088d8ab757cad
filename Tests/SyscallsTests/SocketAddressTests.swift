import Syscalls
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "An address in figures is read and written",
        arguments: [
            ("127.0.0.1", 8000, "127.0.0.1"), ("0.0.0.0", 0, "0.0.0.0"), ("::1", 65_535, "::1"),
            ("::", 1, "::"),
            ("2001:DB8:0:0::1", 80, "2001:db8::1"), ("::ffff:10.1.2.3", 80, "10.1.2.3"),
        ] as [(String, UInt16, String)])
    func figures(_ host: String, _ port: UInt16, _ written: String) throws {
        let address = try #require(try SocketAddress.resolve(host: host, port: port).first)
        #expect(address.host == written)
        #expect(address.port == port)
        #expect(!address.isUnix)
    }

    @Test(
        "An address is shown as a person writes it",
        arguments: [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("::ffff:10.1.2.3", "10.1.2.3:80")])
    func description(_ host: String, _ text: String) throws {
        let address = try #require(try SocketAddress.resolve(host: host, port: 80).first)
        #expect("\(address)" == text)
    }

    @Test("A unix address is a path or an abstract name, and is shown as such")
    func unixNames() throws {
        let path = try #require(SocketAddress(unixPath: "/run/a.sock"))
        #expect("\(path)" == "unix:/run/a.sock")
        #expect(path.isUnix && !path.isAbstract && path.unixPath == "/run/a.sock")
        let name = try #require(SocketAddress(abstractName: "gateway/a"))
        #expect("\(name)" == "unix:@gateway/a")
        #expect(name.isUnix && name.isAbstract && name.unixPath == nil)
        #expect(Socket.anyAddress.unixPath == nil && !Socket.anyAddress.isAbstract)
    }

    @Test("An abstract name has 1 to 107 bytes")
    func abstractLength() {
        let long = String(repeating: "a", count: 107)
        #expect(SocketAddress(abstractName: "") == nil)
        #expect(SocketAddress(abstractName: long)?.description == "unix:@" + long)
        #expect(SocketAddress(abstractName: long + "a") == nil)
    }

    @Test("No host is every address of this machine")
    func everyAddress() throws {
        let hosts = try SocketAddress.resolve(host: "", port: 80).map(\.host)
        #expect(!hosts.isEmpty && Set(hosts).isSubset(of: ["0.0.0.0", "::"]))
    }

    @Test("A name that no resolver would ask for has no address")
    func unknown() {
        let name = String(repeating: "a", count: 300)
        let error = #expect(throws: ResolutionError.self) { try SocketAddress.resolve(host: name, port: 80) }
        #expect(error?.host == name)
        #expect(error?.reason.isEmpty == false)
    }

    @Test(
        "A unix path has 1 to 107 bytes and no NUL",
        arguments: [(0, false), (1, true), (107, true), (108, false), (1000, false)])
    func unixPath(_ count: Int, _ isValid: Bool) {
        let address = SocketAddress(unixPath: String(repeating: "a", count: count))
        #expect((address != nil) == isValid)
        if let address { #expect(address.isUnix && address.host.isEmpty && address.port == 0) }
    }

    @Test("Bytes count, not characters, and a NUL would cut the path short")
    func unixBytes() {
        #expect(SocketAddress(unixPath: String(repeating: "ü", count: 54)) == nil)
        #expect(SocketAddress(unixPath: "/a\0b") == nil)
        #expect(SocketAddress(unixPath: "\0abstract") == nil)
    }
}
