import GatewayInterface
import Octets
import Routing
import Settings
import Syscalls

/// What a worker knows of a pool: fixed before the worker is forked.
package struct PoolView: Sendable {
    /// What one slot leads to.
    package struct Slot: Sendable {
        /// Its index in the scoreboard.
        package let index: Int
        /// Where its process listens; `nil` for a server whose name has not led anywhere yet.
        package let address: SocketAddress?
        /// The descriptor that the address goes by, where it is that of a process of ours.
        package var place: CInt?
        /// The process, from 1; of an external application, the server.
        package let process: Int

        package init(index: Int, address: SocketAddress?, place: CInt? = nil, process: Int) {
            self.index = index
            self.address = address
            self.place = place
            self.process = process
        }
    }

    /// The pool's index in the scoreboard.
    package let pool: Int
    /// For messages: `wsgi:myapp:app`, or its name in the configuration file.
    package let name: String
    /// The application's settings.
    package let settings: Settings
    package let slots: [Slot]
    /// The servers of an external application; empty where the processes are ours.
    package let servers: [ServerView]
    /// Whether connections outlive their exchange.
    package let keepsConnections: Bool
    /// Whether the application reads what is left of a request body before the next request. libfcgi does not: an
    /// unread rest on a kept connection would be taken for the next request.
    package let drainsBody: Bool
    /// Whether the processes are ours, so that a hung one can be ended.
    package let isSupervised: Bool
    /// Whether closing the connection ends what an exchange has begun. Then a hung exchange is no reason to kill a process,
    /// and one whose client has left ends at once.
    package let endsByClosing: Bool
    /// Whether the master starts processes when requests wait, and has to be told.
    package let grows: Bool
    /// Whether its programs are known (the Python responder, php-cgi, the CGI responder): an empty STDOUT record of theirs is the
    /// end of a response, and they end a request when they are free.
    package var isKnownProgram: Bool { drainsBody }
    /// Whether the process gets a request that was used last. Else the process gets it that has been free for longest, because
    /// the one that was used last may still work. Where the number of processes goes by use, those that are not needed must
    /// come to rest.
    package var prefersRecent: Bool { grows && isKnownProgram }
    /// The folder of scripts or files, where the application has one.
    package let site: SitePlan?
    /// The application's own meta-variables, encoded.
    package let parameters: [UInt8]

    package init(
        pool: Int, name: String, settings: Settings, slots: [Slot], servers: [ServerView],
        keepsConnections: Bool, drainsBody: Bool, isSupervised: Bool, endsByClosing: Bool, grows: Bool,
        site: SitePlan?, parameters: [UInt8]
    ) {
        self.pool = pool
        self.name = name
        self.settings = settings
        self.slots = slots
        self.servers = servers
        self.keepsConnections = keepsConnections
        self.drainsBody = drainsBody
        self.isSupervised = isSupervised
        self.endsByClosing = endsByClosing
        self.grows = grows
        self.site = site
        self.parameters = parameters
    }

    /// `process 2`, or `server 10.0.0.1:9000`, for messages about a slot.
    package func describe(_ position: Int) -> String {
        name(ofProcess: slots[position].process)
    }

    /// The same for a process, or a server, by its number.
    package func name(ofProcess number: Int) -> String {
        isSupervised ? "process \(number)" : "server \(servers[number - 1].name)"
    }
}

extension Settings {
    /// ``parameters`` as encoded pairs, each name once: of two values the later one counts, as that of an application over that
    /// of the top.
    package var encodedParameters: [UInt8] {
        var entries: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        for entry in parameters {
            let bytes = Array(entry.utf8)
            guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
            entries.removeAll { $0.name == bytes[..<equals] }
            entries.append((bytes[..<equals], bytes[(equals + 1)...]))
        }
        var pairs = ByteBuffer(capacity: 256)
        for (name, value) in entries {
            pairs.appendPairLengths(name: name.count, value: value.count)
            Array(name + value).withUnsafeBufferPointer { pairs.append($0) }
        }
        return Array(pairs.bytes)
    }
}
