extension String {
    /// One line, whatever is in it: a text that is quoted to a person must not look like a line of its own.
    package var oneLine: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.value < 32 || scalar.value == 127 ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}
