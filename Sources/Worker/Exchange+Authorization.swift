// The FastCGI role of an authorizer (FastCGI 1.0, §6.3): an application that is asked before another one answers. With 200 it
// lets the request through, and its fields `Variable-NAME` become variables of the environ; any other answer of its own is
// what the client gets.

import FastCGIBridge
import GatewayInterface
import Logging
import Logs
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
        var pairs = ByteBuffer(capacity: environ.count)
        selectConstantPairs(own, into: &pairs)
        RequestEncoder.appendParams(pairs.bytes, to: &output)
        pairs.clear()
        selectPairs(own, into: &pairs)
        RequestEncoder.appendParams(pairs.bytes, to: &output)
    }

    /// The same for a Swift application.
    func selectedEnviron(_ own: [UInt8], _ services: any RequestServices) -> Environ {
        own.withUnsafeBufferPointer { own in
            var pairs = ByteBuffer(capacity: environ.count)
            selectConstantPairs(own, into: &pairs)
            let constant = Array(pairs.bytes)
            pairs.clear()
            selectPairs(own, into: &pairs)
            // As libfcgi says it.
            if authorization == .asked { pairs.appendPair("FCGI_ROLE", "AUTHORIZER") }
            return Environ(constant: constant, request: Array(pairs.bytes), services: services)
        }
    }

    private func selectConstantPairs(_ own: UnsafeBufferPointer<UInt8>, into pairs: inout ByteBuffer) {
        local.constantPairs.withUnsafeBufferPointer { constant in
            pairs.appendPairs(of: constant) { name in
                NameValuePairs.value(of: name, in: own) == nil && !isAuthorized(name)
            }
        }
    }

    private func selectPairs(_ own: UnsafeBufferPointer<UInt8>, into pairs: inout ByteBuffer) {
        pairs.appendPairs(of: own) { name in !isAuthorized(name) }
        let left: [StaticString] =
            authorization == .asked ? ["CONTENT_LENGTH", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_NAME"] : []
        pairs.appendPairs(of: environ.bytes) { name in
            (NameValuePairs.value(of: name, in: own) == nil || isAuthorized(name))
                && !left.contains { name.equals($0) }
        }
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

    /// The same for the name of a field of a Swift application.
    func isVariable(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = Self.variablePrefix.utf8CodeUnitCount
        return authorization == .asked && name.count > count
            && name.span.matches(ByteRange(0, count), lowercase: Self.variablePrefix)
    }

    /// Whether the answer of a Swift application is that of an authorizer that lets the request through.
    func isGranted(by answer: Response) -> Bool { authorization == .asked && answer.status.code == 200 }

    /// Lets the request through, with the variables of an answer.
    func grant(_ answer: Response) {
        guard connection != nil else { return context.giveBack(self) }
        guard answer.isValid else {
            context.log.error("\(mention): the application's status or a field is malformed")
            return fail(status: 502, "The application did not give a valid answer.")
        }
        authorizedPairs.clear()
        for field in answer.fields {
            var (name, value) = field
            name.withUTF8 { name in
                guard isVariable(name) else { return }
                let variable = name[Self.variablePrefix.utf8CodeUnitCount...]
                value.withUTF8 { value in
                    authorizedPairs.appendPairLengths(name: variable.count, value: value.count)
                    authorizedPairs.append(UnsafeBufferPointer(rebasing: variable))
                    authorizedPairs.append(value)
                }
            }
        }
        authorized()
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
