/// What somebody may have meant.
package enum NearestName {
    /// The name that a mistyped one resembles most; `nil` where none is near.
    package static func of(_ text: String, in names: [String]) -> String? {
        // Names of other programs and of C are ours but for these.
        let wanted = String(
            text.lowercased().map { $0 == "_" ? "-" : $0 }.drop { $0 == "-" })
        let nearest = names.map { (name: $0, distance: distance(wanted, $0)) }.min {
            $0.distance < $1.distance
        }
        guard let nearest, nearest.distance <= 3, nearest.distance * 2 < nearest.name.count else {
            return nil
        }
        return nearest.name
    }

    /// How many characters have to be changed, added or left out (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (line, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let change = diagonal + (character == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
