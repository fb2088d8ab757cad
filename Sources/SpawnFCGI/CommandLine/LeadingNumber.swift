/// The number that a text begins with, read as strtol(3) does: white space, a sign, digits. Unlike there, one
/// that is too large is no number: it would have to become another one.
struct LeadingNumber: Equatable {
    /// The number, 0 where the text begins with none; `nil` where it is too large.
    let value: Int?
    /// Whether the text ends with it.
    let isWhole: Bool

    /// - Parameter radix: 8 or 10.
    init(_ text: String, radix: Int = 10) {
        var rest = text.utf8.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let digits = rest.prefix { (0x30..<0x30 + UInt8(radix)).contains($0) }
        var sum: Int? = 0
        for digit in digits {
            guard let value = sum else { break }
            let (product, overflows) = value.multipliedReportingOverflow(by: radix)
            let (next, isTooLarge) = product.addingReportingOverflow(Int(digit) - 0x30)
            sum = overflows || isTooLarge ? nil : next
        }
        value = sum.map { isNegative ? -$0 : $0 }
        // Without a digit strtol takes nothing at all, and an empty text ends where it begins.
        isWhole = digits.isEmpty ? text.isEmpty : digits.endIndex == text.utf8.endIndex
    }
}
