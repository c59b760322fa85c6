//! The page: its tables, and writing what was measured into the first one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The columns of the first table before the machines'.
const FIRST: [&str; 3] = ["op", "range", "bound"];

/// docs/src/accuracy.md.
#[derive(Clone)]
pub struct Page {
    text: Arc<str>,
    /// By op and machine.
    measured: Arc<Mutex<BTreeMap<(String, String), f64>>>,
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/accuracy.md")
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

impl Page {
    /// Reads it.
    pub fn open() -> Page {
        let text = std::fs::read_to_string(path()).expect("the book has a page on accuracy");
        Page { text: text.into(), measured: Arc::default() }
    }

    /// The rows of all tables, headings included.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let lines = self.text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
        lines.map(cells)
    }

    /// The machines that the first table has a column for.
    pub fn machines(&self) -> Vec<String> {
        let heading = self.rows().find(|cells| cells[..].starts_with(&FIRST.map(str::to_owned)));
        heading.map_or_else(Vec::new, |cells| cells[FIRST.len()..].to_vec())
    }

    /// The rows of the first table.
    pub fn ops(&self) -> impl Iterator<Item = Vec<String>> {
        let width = FIRST.len() + self.machines().len();
        self.rows().filter(move |cells| cells.len() == width && cells[1].contains(".."))
    }

    /// Keeps what was measured.
    pub fn note(&self, op: &str, machine: &str, error: f64) {
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.insert((op.to_owned(), machine.to_owned()), error);
    }

    /// Writes it all, if that was asked for.
    pub fn finish(&self) {
        let measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if std::env::var_os("KILN_BLESS").is_none() || measured.is_empty() {
            return;
        }
        let (machines, ops) = (self.machines(), self.ops().collect::<Vec<_>>());
        let line = |line: &str| {
            let mut row = cells(line);
            if !ops.contains(&row) {
                return line.to_owned();
            }
            for (index, machine) in machines.iter().enumerate() {
                if let Some(error) = measured.get(&(row[0].clone(), machine.clone())) {
                    row[FIRST.len() + index] = format!("{error:.2}");
                }
            }
            format!("| {} |", row.join(" | "))
        };
        let text: String = self.text.lines().map(|text| line(text) + "\n").collect();
        std::fs::write(path(), text).expect("the page can be written");
    }
}
