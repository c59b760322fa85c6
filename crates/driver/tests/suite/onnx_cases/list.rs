//! The committed list: cases that do not pass and why, cases that pass only with constants for inputs, and counts.

use super::case::{Case, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The list, by case.
pub struct List {
    header: String,
    entries: BTreeMap<String, String>,
}

impl List {
    pub fn read() -> List {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let is_header = |line: &&str| line.starts_with('#');
        let header = text.lines().take_while(is_header).collect::<Vec<_>>().join("\n");
        let entry = |line: &str| line.split_once(": ").map(|(name, reason)| (name.to_owned(), reason.to_owned()));
        List { header, entries: text.lines().skip_while(is_header).filter_map(entry).collect() }
    }

    pub fn write(&self) {
        let lines: String = self.entries.iter().map(|(name, reason)| format!("{name}: {reason}\n")).collect();
        std::fs::write(path(), format!("{}\n{lines}", self.header)).expect("the list is written");
    }

    /// What is said of a case; nothing if it passes.
    pub fn find(&self, name: &str) -> &str {
        self.entries.get(name).map_or("", String::as_str)
    }

    /// The cases of which something is said.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The lines that count.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The list with these outcomes in place of what it said of their cases; without cases that are gone.
    pub fn update(&self, cases: &[Case], outcomes: &BTreeMap<String, Outcome>) -> List {
        let known: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        let mut entries = self.entries.clone();
        entries.retain(|name, _| known.contains(name.as_str()) && !outcomes.contains_key(name));
        let found = outcomes.iter().map(|(name, outcome)| (name.clone(), outcome.to_string()));
        entries.extend(found.filter(|(_, text)| !text.is_empty()));
        let list = List { header: String::new(), entries };
        List { header: list.count(cases), ..list }
    }

    /// How many cases pass, kind by kind.
    pub fn count(&self, cases: &[Case]) -> String {
        let mut seen = BTreeSet::new();
        let kinds: Vec<&str> = cases.iter().map(Case::kind).filter(|&kind| seen.insert(kind)).collect();
        let mut lines = vec!["# What passes: compiled, interpreted (compiled with inputs as constants).".to_owned()];
        let all = self.count_kind("all", cases.iter());
        lines.push(all);
        lines.extend(kinds.iter().map(|kind| self.count_kind(kind, cases.iter().filter(|case| case.kind() == *kind))));
        lines.join("\n")
    }

    fn count_kind<'a>(&self, name: &str, cases: impl Iterator<Item = &'a Case>) -> String {
        let (mut all, mut interpreted, mut compiled, mut constants) = (0, 0, 0, 0);
        for case in cases {
            all += 1;
            let text = self.find(&case.name);
            let passes = text.is_empty() || text.starts_with("passes ");
            interpreted += usize::from(passes || text.starts_with("compiled: "));
            compiled += usize::from(passes || (text.starts_with("interpreted: ") && !text.contains("; compiled: ")));
            constants += usize::from(text.starts_with("passes "));
        }
        format!("# {name}: {compiled}, {interpreted} of {all} ({constants})")
    }
}

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/onnx_cases.txt"))
}
