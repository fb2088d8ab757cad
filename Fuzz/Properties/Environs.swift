#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    import Syscalls
    @testable import Logs
    @testable import Routing

    /// What becomes of a request head on its way to an application.
    enum EnvironPromises {
        private nonisolated(unsafe) static let local = LocalEnd(address: address)  // It never changes.
        private nonisolated(unsafe) static let peer = PeerAddress(address, nil)  // Nor does it.
        private static let address = try! SocketAddress.resolve(host: "127.0.0.1", port: 8000)[0]

        /// What a client must not be able to set: httpoxy, and what is about the connection or the body.
        private static let forbidden: Set = [
            "HTTP_PROXY", "HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_TRANSFER_ENCODING", "HTTP_TE",
            "HTTP_TRAILER", "HTTP_UPGRADE", "HTTP_PROXY_CONNECTION", "HTTP_CONTENT_LENGTH",
            "HTTP_CONTENT_TYPE", "HTTP_EXPECT",
        ]

        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            var head = RequestHead()
            guard
                case .accepted = HeadOutcome.of(bytes, [bytes.count], RequestLimits(), into: &head)
            else { return }
            var environ = ByteBuffer()
            environ.appendRequest(
                head, bytes, from: RequestOrigin(local: local, peer: peer, client: nil, passed: nil))
            let names = try EnvironBlock.names(environ.bytes, behind: local.constantPairs)
            try checkNames(names)
            try checkRedirected(environ.bytes, bytes)
        }

        /// A client must not have set any of them.
        static func checkNames(_ names: [String]) throws(Violation) {
            for name in names {
                try require(!forbidden.contains(name), "\(name) comes from the client")
            }
        }

        /// The environ of a local redirect is a block like any other.
        private static func checkRedirected(
            _ environ: UnsafeBufferPointer<UInt8>, _ query: UnsafeBufferPointer<UInt8>
        ) throws(Violation) {
            var redirected = ByteBuffer()
            redirected.appendRedirected(from: environ, query: query)
            var pairs = NameValuePairs(redirected.bytes)
            var methods = 0
            while let pair = pairs.next() {
                if redirected.bytes[pair.name].equals("REQUEST_METHOD") { methods += 1 }
            }
            try require(methods == 1 && pairs.offset == redirected.count, "a redirect's block is none")
        }
    }
#endif
