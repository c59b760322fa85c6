//! The pages of the book on dialects, passes and rules are what the code says. `KILN_BLESS=1` writes them anew.

use kiln_diag::Sink;
use kiln_ir::{Traits, verify};
use kiln_registry::reference::pages;
use std::path::{Path, PathBuf};

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src")
}

#[test]
fn the_reference_is_fresh() {
    let folder = book().join("reference");
    let mut stale = Vec::new();
    for page in pages() {
        let path = folder.join(&page.file);
        if std::env::var_os("KILN_BLESS").is_some() {
            std::fs::write(&path, &page.text).expect("the book can be written");
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != page.text {
            stale.push(page.file);
        }
    }
    assert!(stale.is_empty(), "out of date: {stale:?}; run this test with KILN_BLESS=1");
}

#[test]
fn the_summary_lists_the_reference() {
    let summary = std::fs::read_to_string(book().join("SUMMARY.md")).expect("the book has a summary");
    for page in pages() {
        let line = format!("- [{}](reference/{})", page.title, page.file);
        assert!(summary.lines().any(|found| found == line), "the summary has no line {line}");
    }
    let files = std::fs::read_dir(book().join("reference")).expect("the book has a reference");
    for file in files {
        let name = file.expect("readable").file_name().to_string_lossy().into_owned();
        assert!(pages().iter().any(|page| page.file == name), "{name} is of nothing that there is");
    }
}

#[test]
fn every_rule_is_on_the_page() {
    let page = pages().into_iter().find(|page| page.file == "rules.md").expect("a page of rules");
    let rules = kiln_optimize::themes().iter().flat_map(|theme| &theme.rules);
    for rule in rules {
        let heading = format!("### {}", rule.name);
        assert!(page.text.lines().any(|line| line == heading), "there is no {heading}");
    }
}

/// What an op does is shown, not only said, and what is shown is valid.
#[test]
fn ops_of_the_graph_dialect_have_examples() {
    let dialects = kiln_registry::dialects();
    let graph = dialects.find_dialect("graph").expect("a dialect of ours");
    for op in graph.ops.iter().copied().flatten() {
        assert!(op.example.contains(op.name), "{} has no example", op.name);
        // A terminator alone ends nothing.
        if op.traits.contains(Traits::TERMINATOR) {
            continue;
        }
        let (text, sink) = (format!("{}{}\n", definitions(op.example), op.example), Sink::new());
        let module = kiln_syntax::parse(&text, "example", &dialects, &sink);
        let errors = module.map_or_else(|| sink.take(), |module| verify(&module, module.top()));
        assert!(errors.is_empty(), "{text}{errors:?}");
    }
}

/// Definitions of the values that the ops of an example use and that it does not define itself.
fn definitions(example: &str) -> String {
    let lines: Vec<&str> = example.lines().collect();
    let ends = |line: &&&str| line.trim_start().starts_with("})");
    let mut known: Vec<&str> =
        lines.iter().filter_map(|line| line.trim_start().split_once(" = ")).map(|(name, _)| name).collect();
    known.extend(lines.iter().filter(|line| line.starts_with('^')).flat_map(|line| values(line)));
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("graph.")) {
        // The types of an op with regions stand after the last of them.
        let last = if line.ends_with("({") { lines[index..].iter().rfind(ends).expect("regions end") } else { line };
        let (_, signature) = last.rsplit_once(" : (").unwrap_or_else(|| panic!("no types: {last}"));
        let (types, _) = signature.split_once(") -> ").expect("a function type");
        let operands =
            line.split_once("graph.").map_or("", |(_, rest)| rest.split(['{', ':', '(']).next().unwrap_or(""));
        for (value, ty) in values(operands).into_iter().zip(split_types(types)) {
            if !known.contains(&value) {
                known.push(value);
                text += &format!("{value} = \"test.value\"() : () -> {ty}\n");
            }
        }
    }
    text
}

/// The names of values in a text, in order.
fn values(text: &str) -> Vec<&str> {
    let words = text.split(|character: char| !(character.is_alphanumeric() || "%_".contains(character)));
    words.filter(|word| word.starts_with('%')).collect()
}

/// Types apart: commas inside of brackets part nothing.
fn split_types(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, character) in text.char_indices() {
        match character {
            '<' | '[' | '(' => depth += 1,
            '>' | ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}
