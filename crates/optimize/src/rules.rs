//! Kiln's own rules: the files of the graph dialect, compiled in and read once.

use kiln_diag::{Sink, Sources, render};
use kiln_ir::{PatternSet, Registry};
use kiln_rules::{Rule, add_rules, load};
use std::sync::{Arc, LazyLock};

/// A file of rules.
#[derive(Debug)]
pub struct Theme {
    /// What they are about: the file's name, without its ending.
    pub name: &'static str,
    /// The rules.
    pub rules: Vec<Arc<Rule>>,
}

static THEMES: LazyLock<Vec<Theme>> = LazyLock::new(|| {
    let registry = Registry::new(&[&kiln_graph::DIALECT]);
    let read = |&(name, text): &(&'static str, &str)| {
        let (sink, file) = (Sink::new(), format!("dialects/graph/rules/{name}.rules"));
        let rules = load(text, &file, &registry, &sink).unwrap_or_else(|| {
            let mut sources = Sources::new();
            sources.add(&file, text);
            panic!("the rules compiled in are valid:\n{}", render(&sink.take(), &sources, false))
        });
        Theme { name, rules }
    };
    kiln_graph::RULES.iter().map(read).collect()
});

/// All rules, by theme.
pub fn themes() -> &'static [Theme] {
    &THEMES
}

/// Adds the rules of some themes; relaxed ones only if `relaxed`.
pub(crate) fn add_themes(names: &[&str], relaxed: bool, patterns: &mut PatternSet) {
    for name in names {
        let theme = themes().iter().find(|theme| theme.name == *name);
        add_rules(&theme.expect("the graph dialect has rules of that theme").rules, relaxed, patterns);
    }
}
