//! Standard output: text, tables, quantities.

use kiln_runtime::Model;
use std::io::{ErrorKind, Write};

/// Writes `text` to standard output. A reader that has seen enough, as `head` has, is no failure.
pub(crate) fn print(text: &str) -> Result<(), crate::Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(crate::Failure::Input(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says on standard error which version of a model's code runs, where there are several.
pub(crate) fn note_version(model: &Model) {
    if model.cpus().len() > 1 {
        eprintln!("note: code for {} ran, of {}", model.description().cpu, model.cpus().join(", "));
    }
}

/// Columns of text under headings, as wide as their widest cell; `right` marks the columns of numbers.
pub(crate) fn table(headings: &[&str], right: &[bool], rows: &[Vec<String>]) -> String {
    let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let all = || std::iter::once(&headings).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if right[column] { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// A shape as users write it: `1x3x224x224`, or `scalar`.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "scalar".into();
    }
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

/// Bytes in a unit that gives one to three digits before the point.
pub(crate) fn bytes_text(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KB", "MB", "GB", "TB"];
    let (mut amount, mut unit) = (bytes as f64, 0);
    while amount >= 999.95 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{amount:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["long".to_owned(), "22".to_owned()]];
        assert_eq!(table(&["name", "n"], &[false, true], &rows), "name   n\na      1\nlong  22\n");
    }

    #[test]
    fn amounts_are_short() {
        let texts = [0, 999, 1000, 999_950, 12_345_678].map(bytes_text);
        assert_eq!(texts, ["0 bytes", "999 bytes", "1.0 KB", "1.0 MB", "12.3 MB"]);
        assert_eq!((shape_text(&[]), shape_text(&[1, 3])), ("scalar".into(), "1x3".into()));
    }
}
