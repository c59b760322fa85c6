//! Rewrite rules as text.
//!
//! ```text
//! // x * sigmoid(x) = silu(x)
//! rule silu {
//!     (multiply $x (sigmoid $x):one-use) => (silu $x)
//! }
//! ```
//!
//! A file is lexed by `logos` and parsed by a `lalrpop` grammar, then checked against the rows of the ops it names: every
//! mistake is a located diagnostic, and all of them are reported at once. A checked [`Rule`] is an ordinary pattern of
//! the greedy driver ([`add_rules`]), indexed by the op at its root. What the language means is in the book, chapter
//! "Rules". This crate knows no op: what it may say of one is in the op's row, and guards are the table [`NATIVES`].

#![forbid(unsafe_code)]

mod check;
mod datum;
mod expression;
mod foreign;
mod matching;
mod natives;
mod parse;
mod pattern;
mod replacing;
mod rule;
mod syntax;

pub use datum::{Datum, element_of, find_splat, is_constant};
pub use expression::{Expression, ExpressionKind, Operator, Scope};
pub use foreign::{foreign_roots, is_foreign, replace_foreign};
pub use matching::Bindings;
pub use natives::{Asks, NATIVES, Native, Parameter, Role};
pub use pattern::{add_rules, find_match};
pub use rule::{
    AttributeCheck, AttributePattern, ExampleValue, Guard, Made, MadeId, MadeKind, Node, NodeId, NodeKind, OpNode,
    Rest, Rule, RuleFile, Slot, SlotId, SlotKind, Variant,
};
pub use syntax::Span;

use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::Registry;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Reads the rules of a file called `name`; `None` if anything is wrong, which is in `sink` then, all of it.
pub fn load(text: &str, name: &str, registry: &Arc<Registry>, sink: &Sink) -> Option<Vec<Arc<Rule>>> {
    let file = Arc::new(RuleFile { name: name.to_owned(), text: text.to_owned() });
    let (parsed, mut problems) = parse::parse(text);
    let mut checker = check::Checker::new(&file, registry);
    let rules: Vec<Arc<Rule>> = parsed.iter().filter_map(|rule| checker.rule(rule)).map(Arc::new).collect();
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    let mut twice = Vec::new();
    for rule in &parsed {
        match first.get(rule.name.text) {
            Some(&span) => twice.push((rule.name, span)),
            None => _ = first.insert(rule.name.text, rule.name.span),
        }
    }
    problems.append(&mut checker.problems);
    problems.sort_by_key(|problem| problem.span);
    let is_valid = problems.is_empty() && twice.is_empty();
    for problem in problems {
        let diagnostic = Diagnostic::error(file.place(problem.span), problem.message);
        sink.report(problem.help.into_iter().fold(diagnostic, Diagnostic::with_help));
    }
    for (name, span) in twice {
        let error = Diagnostic::error(file.place(name.span), format!("there are two rules called '{}'", name.text));
        sink.report(error.with_label(file.place(span), "the other one"));
    }
    is_valid.then_some(rules)
}

/// Reads the rules of files, in order; `None` if anything is wrong, which is in `sink` then.
pub fn load_files(files: &[String], registry: &Arc<Registry>, sink: &Sink) -> Option<Vec<Arc<Rule>>> {
    let mut rules: Option<Vec<Arc<Rule>>> = Some(Vec::new());
    for file in files {
        let loaded = match std::fs::read_to_string(file) {
            Ok(text) => load(&text, file, registry, sink),
            Err(reason) => {
                let place = Place::File(file.clone());
                sink.report(Diagnostic::error(place, format!("cannot read the rules: {reason}")));
                None
            }
        };
        rules = rules.zip(loaded).map(|(rules, loaded)| [rules, loaded].concat());
    }
    rules
}
