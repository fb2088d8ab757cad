// Conditional requests: whether a client wants the representation as it is now, and in which order its conditions count
// (RFC 9110, §13). Nothing here knows where validators come from.

import Octets

/// The conditions of one request: values of its fields, which somebody else owns.
public struct Preconditions {
    /// What they come to.
    public enum Outcome: Equatable, Sendable {
        /// The request is answered.
        case proceed
        /// The client has it already: 304.
        case notModified
        /// It is not what the client thinks: 412.
        case failed
    }

    /// If-Match.
    public var ifMatch: UnsafeBufferPointer<UInt8>?
    /// If-None-Match.
    public var ifNoneMatch: UnsafeBufferPointer<UInt8>?
    /// If-Modified-Since.
    public var ifModifiedSince: UnsafeBufferPointer<UInt8>?
    /// If-Unmodified-Since.
    public var ifUnmodifiedSince: UnsafeBufferPointer<UInt8>?

    /// No conditions.
    public init() {}

    /// Decides by the order of §13.2.2, for a representation that exists.
    ///
    /// A date that is none is no condition (§13.1.3 and §13.1.4), nor is one without a date to compare it with.
    /// - Parameters:
    ///   - entityTag: That of the representation, where it has one.
    ///   - modified: When it was changed, in seconds since 1970.
    ///   - isReading: Whether the method is GET or HEAD.
    ///   - now: Seconds since 1970.
    public func outcome(
        entityTag: UnsafeBufferPointer<UInt8>?, modified: Int?, isReading: Bool, now: Int
    ) -> Outcome {
        if let ifMatch {
            guard EntityTags.contains(entityTag, in: ifMatch, weakly: false) else { return .failed }
        } else if let ifUnmodifiedSince, let modified,
            let date = HTTPDate.secondsSince1970(parsing: ifUnmodifiedSince, now: now), modified > date
        {
            return .failed
        }
        if let ifNoneMatch {
            guard EntityTags.contains(entityTag, in: ifNoneMatch, weakly: true) else { return .proceed }
            return isReading ? .notModified : .failed
        }
        if isReading, let ifModifiedSince, let modified,
            let date = HTTPDate.secondsSince1970(parsing: ifModifiedSince, now: now), modified <= date
        {
            return .notModified
        }
        return .proceed
    }
}
