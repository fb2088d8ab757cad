// The socket outlives the processes that accept from it, and each of them may change what it shares with the others and with those
// that follow, or shut it down for good. A TCP socket can listen again; a unix socket cannot, and another one takes its
// path and its number.

import Syscalls

/// The socket of the supervised processes.
final class SharedSocket {
    /// What came of a renewal.
    enum Renewal: Equatable {
        /// It listens again, for those too that have it already.
        case revived
        /// There is another one: those that run have the dead one.
        case replaced
        case failed(String)
    }

    private let listener: Listener
    /// Its file, where it has one.
    private(set) var file: SocketFile?

    init(_ listener: Listener) {
        self.listener = listener
        file = listener.file
    }

    var number: CInt { listener.number }
    var address: SocketAddress { listener.address }

    /// Whether somebody has shut it down.
    var isDead: Bool {
        listener.address.isUnix ? Socket.isShutDown(number) : !Socket.isListening(number)
    }

    /// Takes back what concerns the next process. Only where none runs: another one may rely on what it has set, O_NONBLOCK
    /// above all.
    func prepare() { Socket.restore(number, backlog: listener.backlog) }

    /// Has it listen again, or makes another one under the same number.
    func renew() -> Renewal {
        guard let path = listener.address.unixPath else {
            return Socket.revive(number, address, backlog: listener.backlog)
                ? .revived : .failed("somebody else has its address")
        }
        // What is not ours any more stays, and is in the way.
        file?.remove()
        do throws(SyscallError) {
            let fresh = try Socket.listen(
                address, backlog: listener.backlog, isNonBlocking: false, mode: listener.mode,
                owner: listener.owner, root: listener.root)
            file = SocketFile(path, root: listener.root)
            Parcels.replace(number, by: fresh)
            return .replaced
        } catch {
            return .failed("\(error)")
        }
    }
}
