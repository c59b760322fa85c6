//! The book's chapter on rules: its tables are what the code says, its example works. `KILN_BLESS=1` writes tables anew.

use kiln_diag::Sink;
use kiln_ir::Registry;
use kiln_rules::{NATIVES, Parameter, load};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn chapter() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/rules.md");
    let text = std::fs::read_to_string(&path).expect("the book has a chapter on rules");
    (path, text)
}

/// The guards and helpers, as Markdown.
fn table() -> String {
    let mut table = String::from("| call | gives |\n| --- | --- |\n");
    for native in NATIVES {
        let parameter = |parameter: &Parameter| match parameter {
            Parameter::Value => "$x",
            Parameter::Datum => "a",
        };
        let parameters: Vec<&str> = native.parameters.iter().map(parameter).collect();
        let _ = writeln!(table, "| `{}({})` | {} |", native.name, parameters.join(", "), native.doc);
    }
    table
}

#[test]
fn the_table_of_guards_is_fresh() {
    let (path, text) = chapter();
    let (begin, end) = ("| call | gives |\n", "\n\nThe rest:");
    let start = text.find(begin).expect("the table begins");
    let length = text[start..].find(end).expect("the table ends");
    let fresh = format!("{}{}{}", &text[..start], table().trim_end(), &text[start + length..]);
    if std::env::var_os("KILN_BLESS").is_some() {
        std::fs::write(&path, &fresh).expect("the book can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == fresh, "{} is out of date: run this test with KILN_BLESS=1", path.display());
}

#[test]
fn the_example_is_a_rule() {
    let (_, text) = chapter();
    let start = text.find("```text\n// x * sigmoid(x)").expect("the example begins") + "```text\n".len();
    let length = text[start..].find("```").expect("the example ends");
    let example = &text[start..start + length];
    assert!(example.lines().count() <= 5, "a fusion takes five lines:\n{example}");
    let (sink, registry) = (Sink::new(), Registry::new(&[&kiln_builtin::DIALECT, &kiln_graph::DIALECT]));
    let rules = load(example, "fuse.rules", &registry, &sink);
    assert_eq!(sink.take(), []);
    assert_eq!(rules.map(|rules| rules.len()), Some(1));
}
