// The master's way to a worker. It shares nothing with anybody else: of a counter or a socket that several processes have,
// each could make the others wait (a file's flags belong to all who share it), and the master waits for nobody. So each
// worker has a line of its own: what is sent is sent at once or not at all, and a line that is full has woken its worker
// already.
//
// A line carries sockets too. Workers know a socket by the number of a descriptor that they have inherited. Where one has been
// made anew, it takes the old one's number here, and then in each worker that has it: nothing but the descriptor changes. A worker
// that was forked before there was the socket has something else under that number, and is not sent it.

import Syscalls

/// The line to one worker.
final class WorkerLine {
    private let end: OwnedDescriptor
    /// Numbers of descriptors that the worker has to be sent, when there is room.
    private var owed: Set<CInt> = []
    /// Those that the worker has inherited for sockets.
    private let places: Set<CInt>

    init(_ end: consuming OwnedDescriptor, places: Set<CInt>) {
        self.end = end
        self.places = places
    }

    var number: CInt { end.number }

    func ring() {
        if owed.isEmpty { _ = Parcels.send(0, nil, on: number) } else { flush() }
    }

    /// Has the worker take over what this process has open at `place`, if it knows a socket by it.
    func send(_ place: CInt) {
        guard places.contains(place) else { return }
        owed.insert(place)
        flush()
    }

    /// Sends what there was no room for before.
    func flush() {
        for place in owed {
            guard Parcels.send(place, place, on: number) else { return }
            owed.remove(place)
        }
    }
}

/// The lines to all workers, by their index.
package final class WorkerLines {
    private var lines: [Int: WorkerLine] = [:]

    package init() {}

    /// Makes the line to a worker that is about to be forked.
    ///
    /// - Parameter places: The descriptors by which it will know sockets.
    /// - Returns: The worker's end, for the fork.
    package func open(worker: Int, places: Set<CInt>) throws(SyscallError) -> OwnedDescriptor {
        let pair = try Parcels.pair()
        lines[worker] = WorkerLine(OwnedDescriptor(adopting: pair.own), places: places)
        return OwnedDescriptor(adopting: pair.other)
    }

    /// The worker is gone.
    package func close(worker: Int) { lines[worker] = nil }

    /// Wakes a worker.
    ///
    /// - Parameter worker: Read from shared memory, perhaps: one that there is not is not woken.
    package func ring(worker: Int) { lines[worker]?.ring() }

    package func ringAll() { for line in lines.values { line.ring() } }

    /// Has all workers that know it take over what this process has open at `place`.
    package func send(_ place: CInt) { for line in lines.values { line.send(place) } }

    /// Sends what there was no room for before.
    package func flush() { for line in lines.values { line.flush() } }

    /// In a process that was forked from the master.
    package func closeInherited() { for line in lines.values { Descriptor.closeInherited(line.number) } }
}
