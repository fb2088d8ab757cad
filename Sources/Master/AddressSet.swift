// Which sockets an address of the settings stands for. `:PORT` is every address of this machine, of both families; a name may have
// several addresses. Nothing here opens a socket or looks up a name, so the rules can be tested as values.

import Settings
import Syscalls

/// Why a socket could not be opened.
struct ListenFailure: Error {
    let error: ConfigurationError
    /// Whether this machine has no such address, or none of its family.
    var isAbsent = false
    /// Whether somebody else uses the address.
    var isInUse = false
}

/// The sockets of one address of the settings.
enum AddressSet {
    /// Ports that are tried where each of several addresses is to have the same free one.
    private static let attempts = 32

    /// The sockets that an address wants, where that needs no look-up.
    ///
    /// `[::]:PORT` alone is IPv4 as well, as it is for most servers; beside an address of IPv4 it leaves that family alone.
    ///
    /// - Parameters:
    ///   - binds: All addresses of the settings.
    /// - Returns: `nil` for a name.
    static func wanted(_ bind: BindAddress, among binds: [BindAddress]) -> [SocketAddress]? {
        guard case .tcp(let host, let port) = bind else { return [] }
        if host.isEmpty { return [.everyIPv4(port: port), .everyIPv6(port: port)] }
        guard IPAddress(host) != nil else { return nil }
        guard let address = SocketAddress(host: host, port: port) else { return nil }
        let isAlone = !binds.contains { other in
            guard other != bind, case .tcp(let host, port) = other else { return false }
            return !host.contains(":")
        }
        return address.isIPv6 && address.isWildcard && isAlone
            ? [.everyIPv4(port: port), address] : [address]
    }

    /// The sockets of all addresses, without those that another one of them has: who listens at every address listens at each.
    static func distinct(
        _ sets: [(bind: BindAddress, addresses: [SocketAddress])]
    ) -> [(bind: BindAddress, addresses: [SocketAddress])] {
        let all = sets.flatMap(\.addresses)
        var seen: [SocketAddress] = []
        return sets.map { bind, addresses in
            let kept = addresses.filter { address in
                guard address.port != 0, !address.isUnix else { return true }
                guard !seen.contains(address) else { return false }
                seen.append(address)
                return address.isWildcard
                    || !all.contains {
                        $0.isWildcard && $0.isIPv6 == address.isIPv6 && $0.port == address.port
                    }
            }
            return (bind, kept)
        }
    }

    /// Opens the sockets of a set: those that the machine has. One port is found for all where a free one is asked for.
    ///
    /// - Parameters:
    ///   - count: The sockets of the whole set, with those that are open already.
    ///   - open: Opens a socket.
    ///   - port: The port that one has got.
    /// - Throws: What keeps one from being opened; where the machine has none of them, why it has not the last.
    static func open<Opened>(
        _ addresses: [SocketAddress], of count: Int, open: (SocketAddress) throws(ListenFailure) -> Opened,
        port: (Opened) -> UInt16
    ) throws(ConfigurationError) -> [Opened] {
        var attempts = attempts
        while true {
            var opened: [Opened] = []
            var absent: ConfigurationError?
            do throws(ListenFailure) {
                for address in addresses {
                    let chosen = address.port == 0 ? opened.first.map(port) ?? 0 : address.port
                    do throws(ListenFailure) {
                        opened.append(try open(address.with(port: chosen)))
                    } catch {
                        guard error.isAbsent, count > 1 else { throw error }
                        absent = error.error
                    }
                }
            } catch {
                attempts -= 1
                // The port is free in one family and not in the other.
                if error.isInUse, addresses[0].port == 0, !opened.isEmpty, attempts > 0 { continue }
                throw error.error
            }
            if opened.isEmpty, addresses.count == count, let absent { throw absent }
            return opened
        }
    }
}
