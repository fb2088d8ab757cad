// The FastCGI role of an authorizer (FastCGI 1.0, §6.3): an application that is asked before another one answers. With 200 it
// lets the request through, and its fields `Variable-NAME` become variables of the environ; any other answer of its own is
// what the client gets.

import FastCGIBridge
import GatewayInterface
import Octets

/// How far the authorizer of a route is.
enum Authorization: Equatable {
    case notAsked
    /// It has the request.
    case asked
    /// It has let the request through.
    case granted
}

extension Exchange {
    /// Whether what comes is the answer of an authorizer that lets the request through, of which only variables count.
    var isBeingGranted: Bool {
        authorization == .asked && response.hasHead && !response.isHeadSent && head.status == 200
    }

    /// Appends PARAMS where not all pairs go: an authorizer gets none that speaks of the body and of the answering script
    /// (§6.3), and an application's own meta-variables stand alone. Of two with one name, libfcgi takes the first and others
    /// the last one: a client must not be able to send the second.
    ///
    /// - Parameter own: The encoded pairs that every request to the application carries.
    func appendSelectedParams(_ own: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
        let isAsked = authorization == .asked
        func isOwn(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
            NameValuePairs.value(of: name, in: own) != nil
        }
        var pairs = ByteBuffer(capacity: environ.count)
        local.constantPairs.withUnsafeBufferPointer { constant in
            pairs.appendPairs(of: constant) { name in !isOwn(name) && !isAuthorized(name) }
        }
        RequestEncoder.appendParams(pairs.bytes, to: &output)
        pairs.clear()
        pairs.appendPairs(of: own) { name in !isAuthorized(name) }
        let left: [StaticString] =
            isAsked ? ["CONTENT_LENGTH", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_NAME"] : []
        pairs.appendPairs(of: environ.bytes) { name in
            (!isOwn(name) || isAuthorized(name)) && !left.contains { name.equals($0) }
        }
        RequestEncoder.appendParams(pairs.bytes, to: &output)
    }

    /// Whether a variable comes from the authorizer, whose word is the last one.
    private func isAuthorized(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        NameValuePairs.value(of: name, in: authorizedPairs.bytes) != nil
    }

    /// Takes the variables of an authorizer's answer. What follows its head does not count.
    func takeVariables(_ bytes: UnsafeBufferPointer<UInt8>) {
        response.hasHead = true
        authorizedPairs.clear()
        for field in head.fields where isVariable(field, bytes) {
            let name = bytes[
                ByteRange(field.name.start + Self.variablePrefix.utf8CodeUnitCount, field.name.end)]
            authorizedPairs.appendPairLengths(name: name.count, value: field.value.count)
            authorizedPairs.append(name)
            authorizedPairs.append(bytes[field.value])
        }
    }

    private static var variablePrefix: StaticString { "variable-" }

    /// Whether a field of an authorizer's answer is a variable: it is for the next application, and not for the client.
    func isVariable(_ field: CGIField, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let (start, count) = (field.name.start, Self.variablePrefix.utf8CodeUnitCount)
        return authorization == .asked && field.name.count > count
            && bytes.span.matches(ByteRange(start, start + count), lowercase: Self.variablePrefix)
    }

    /// A variable of the authorizer takes the place of one that is there.
    func addAuthorizedVariables(to environ: inout ByteBuffer) {
        removeAuthorizedVariables(from: &environ)
        environ.append(authorizedPairs.bytes)
    }

    /// Removes every pair that has the name of one of the authorizer's.
    func removeAuthorizedVariables(from environ: inout ByteBuffer) {
        guard !authorizedPairs.isEmpty else { return }
        let before = Array(environ.bytes)
        environ.clear()
        before.withUnsafeBufferPointer { before in
            environ.appendPairs(of: before) { name in !isAuthorized(name) }
        }
    }
}

extension ByteBuffer {
    /// Appends the pairs of a block whose names are wanted.
    fileprivate mutating func appendPairs(
        of block: UnsafeBufferPointer<UInt8>, where isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        var pairs = NameValuePairs(block)
        var start = 0
        while let pair = pairs.next() {
            if isWanted(block[pair.name]) {
                append(UnsafeBufferPointer(rebasing: block[start..<pairs.offset]))
            }
            start = pairs.offset
        }
    }
}
