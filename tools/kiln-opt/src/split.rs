//! Inputs of several parts.

/// The line between two parts.
pub(crate) const SEPARATOR: &str = "// -----";

/// The parts of `text` between lines of `// -----`; each begins with as many empty lines as stand before it, so that
/// line numbers are those of the whole.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match parts.last_mut() {
            Some(part) if line.trim_end() != SEPARATOR => part.push_str(line),
            _ => parts.push("\n".repeat(number + 1)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(split("a\n// -----\nb\n// -----\nc"), ["a\n", "\n\nb\n", "\n\n\n\nc"]);
        assert_eq!(split("a"), ["a"]);
    }
}
