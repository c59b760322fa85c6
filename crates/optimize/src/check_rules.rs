//! Rules tested with numbers: small graphs that a rule's pattern matches, run before and after it.
//!
//! Nothing is written for a rule: types, constants and attributes are drawn at random until its pattern, its guards
//! included, matches. Only where that is hopeless does a rule carry an `example`. Graphs run in the reference
//! interpreter; each alternative of a rule is tested for itself.

mod compare;
mod instance;
mod random;

use compare::{Outcome, compare};
use instance::draw;
use kiln_diag::{Diagnostic, Sink};
use kiln_interp::Interpreter;
use kiln_ir::{Module, Op, Pattern, PatternSet, Registry, verify};
use kiln_rules::{Rule, add_rules, foreign_roots};
use kiln_tensor::{ElementType, Tensor};
use random::Random;
use std::sync::Arc;

/// How many graphs each variant is tried on.
const GRAPHS: usize = 24;

/// How many graphs are drawn to find them.
const ATTEMPTS: usize = 4000;

/// On how many graphs a rule gave the same results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleCheck {
    /// The rule.
    pub name: String,
    /// The graphs, of all its variants; `None` for a rule about an operator that Kiln does not know.
    pub graphs: Option<usize>,
}

/// A graph that a variant matches.
struct Instance {
    module: Module,
    root: Op,
    inputs: Vec<Tensor>,
}

/// Tests rules on random graphs; the registry has the ops of functions and of the rules. A rule that changes results, or
/// that no graph was found for, is an error in `sink`.
pub fn check_rules(rules: &[Arc<Rule>], registry: &Arc<Registry>, sink: &Sink) -> Vec<RuleCheck> {
    let mut checks = Vec::new();
    for rule in rules {
        if is_foreign(rule, registry) {
            checks.push(RuleCheck { name: rule.name.clone(), graphs: None });
            continue;
        }
        let graphs: Result<Vec<usize>, Diagnostic> =
            (0..rule.variants.len()).map(|variant| check_variant(rule, variant, registry)).collect();
        match graphs {
            Ok(graphs) => checks.push(RuleCheck { name: rule.name.clone(), graphs: Some(graphs.into_iter().sum()) }),
            Err(error) => sink.report(error),
        }
    }
    checks
}

/// Whether a rule is about an operator that Kiln does not know: it has no meaning to compare with.
fn is_foreign(rule: &Arc<Rule>, registry: &Registry) -> bool {
    !foreign_roots(std::slice::from_ref(rule), registry).is_empty()
}

/// For each rule a function that it matches, as text to start a test from. A rule that no graph was found for is an error
/// in `sink`.
pub fn show_rules(rules: &[Arc<Rule>], registry: &Arc<Registry>, sink: &Sink) -> String {
    let mut shown = String::new();
    for rule in rules {
        if is_foreign(rule, registry) {
            shown += &format!("// {} is about an operator of a model.\n", rule.name);
            continue;
        }
        let mut random = Random::new(&rule.name, false);
        let matching = (0..ATTEMPTS).filter_map(|_| {
            let Instance { module, root, .. } = draw(rule, &rule.variants[0], registry, &mut random)?;
            pattern_of(rule, 0).rewrite(&mut module.clone(), root).ok().map(|()| named(module, &rule.name))
        });
        // The shortest of several, of the usual element type if there is one.
        match matching.take(GRAPHS).min_by_key(|(is_usual, text)| (!is_usual, text.len())) {
            Some((_, text)) => shown += &format!("{text}\n"),
            None => sink.report(unmatched(rule)),
        }
    }
    shown
}

/// The text of a graph's function under another name, and whether it is about `f32`.
fn named(mut module: Module, name: &str) -> (bool, String) {
    let main = module.first_op(module.body()).expect("a graph is a function");
    let end = module.last_op(module.region_block(main, 0)).expect("a function returns");
    let element = module.ty(module.operand(end, 0)).element();
    module.set_attribute(main, "sym_name", name);
    let text = kiln_syntax::print(&module, main, &kiln_syntax::PrintOptions::default());
    (element == Some(ElementType::F32), text)
}

fn pattern_of(rule: &Arc<Rule>, variant: usize) -> Arc<dyn Pattern> {
    let mut patterns = PatternSet::new();
    add_rules(std::slice::from_ref(rule), true, &mut patterns);
    patterns.iter().nth(variant).expect("each variant is a pattern").clone()
}

fn unmatched(rule: &Rule) -> Diagnostic {
    let message = format!("rule '{}' matches no random graph", rule.name);
    let help = "give it types and attributes to start from: 'example $x : tensor<2x3xf32>, $axis = 1'";
    Diagnostic::error(rule.place(), message).with_help(help)
}

fn check_variant(rule: &Arc<Rule>, variant: usize, registry: &Arc<Registry>) -> Result<usize, Diagnostic> {
    let pattern = pattern_of(rule, variant);
    let mut random = Random::new(&format!("{} {variant}", rule.name), !rule.is_relaxed);
    let mut graphs = 0;
    for _ in 0..ATTEMPTS {
        let Some(Instance { module, root, inputs }) = draw(rule, &rule.variants[variant], registry, &mut random) else {
            continue;
        };
        let mut after = module.clone();
        if pattern.rewrite(&mut after, root).is_err() {
            continue;
        }
        let wrong = |message: String| {
            let error = Diagnostic::error(rule.place(), format!("rule '{}' {message}", rule.name));
            error.with_note(format!("before:\n{}", text(&module))).with_note(format!("after:\n{}", text(&after)))
        };
        if let Some(found) = verify(&after, after.top()).first() {
            return Err(wrong(format!("makes an invalid graph: {}", found.message)));
        }
        // A graph that cannot be run, say for an index out of range, proves nothing.
        let Ok(expected) = run(&module, &inputs) else { continue };
        let found = run(&after, &inputs).map_err(|reason| wrong(format!("makes a graph that fails: {reason}")))?;
        match compare(&expected, &found, rule.is_relaxed) {
            Outcome::Same => graphs += 1,
            Outcome::Nothing => {}
            Outcome::Differs(message) => return Err(wrong(format!("changes results: {message}"))),
        }
        if graphs == GRAPHS {
            break;
        }
    }
    if graphs == 0 {
        return Err(unmatched(rule));
    }
    Ok(graphs)
}

fn run(module: &Module, inputs: &[Tensor]) -> Result<Tensor, String> {
    let outputs = Interpreter::new(module).and_then(|interpreter| interpreter.run(inputs));
    let first = outputs.map_err(|error| error.to_string())?.into_iter().next();
    first.ok_or_else(|| "there is no output".to_owned())
}

fn text(module: &Module) -> String {
    kiln_syntax::print(module, module.top(), &kiln_syntax::PrintOptions::default())
}
