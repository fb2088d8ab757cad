// Descriptors 1 and 2, as they were inherited, lead to open file descriptions that other processes share. A process that
// serves puts descriptions of its own in their places, which do not block: then nothing that it writes there waits for a
// reader, not its logs, not a handler's or a hook's print, not the words of the Swift runtime when it crashes. The
// descriptors of others stay as they are.

import Glibc
import Synchronization

/// The standard output and the standard error of this process.
public enum StandardOutputs {
    /// A bit for each number that leads to a description of our own.
    private static let owned = Atomic<UInt8>(0)

    /// Gives this process descriptions of its own where 1 and 2 are pipes or terminals that it may open again. To be called
    /// again after a fork: the parent's could be made to block again by a child that has them.
    ///
    /// - Parameter numbers: Some of 1 and 2.
    public static func own(_ numbers: [CInt] = [1, 2]) {
        for number in numbers {
            var isOwn = false
            if let fresh = Descriptor.openAgainWithoutBlocking(number) {
                isOwn = dup2(fresh.number, number) == number
            }
            let bit = UInt8(1) << UInt8(number)
            if isOwn {
                owned.bitwiseOr(bit, ordering: .relaxed)
            } else {
                owned.bitwiseAnd(~bit, ordering: .relaxed)
            }
        }
    }

    /// Whether a number leads to a description of our own.
    static func isOwn(_ number: CInt) -> Bool {
        (1...2).contains(number) && owned.load(ordering: .relaxed) >> UInt8(number) & 1 == 1
    }
}
